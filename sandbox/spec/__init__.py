"""The one room that reads documents: YAML files, JSON Schemas and OpenAPI documents."""
