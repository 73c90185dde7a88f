"""The files for containers, read: nothing here runs them."""

from typing import Any

import pytest
import yaml

from sandbox.cli import COMMANDS
from sandbox.settings import read_settings
from tests.architecture.checkout import ROOT

OURS = ("serve", "work")


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    services: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return services


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_two_replicas_of_a_command_with_settings_that_are_known(
    services: dict[str, dict[str, Any]], name: str
) -> None:
    service = services[name]
    assert service["deploy"]["replicas"] == 2
    assert service["command"] == [name]
    assert name in COMMANDS
    settings = read_settings(service["environment"])
    assert settings.database_url.startswith("postgresql+psycopg://sandbox:")
    assert settings.key
    assert settings.play == (name == "work")
    assert "/_sandbox/ready" in service["healthcheck"]["test"][-1]


def test_all_share_one_key_and_one_database(services: dict[str, dict[str, Any]]) -> None:
    for variable in ("SANDBOX_KEY", "SANDBOX_DATABASE_URL"):
        assert len({services[name]["environment"][variable] for name in OURS}) == 1


def test_whoever_waits_for_a_service_waits_for_one_that_tells_its_health(services: dict[str, dict[str, Any]]) -> None:
    waited = [name for service in services.values() for name in service.get("depends_on", {})]
    assert sorted(set(waited)) == ["database", "serve"]
    assert all("healthcheck" in services[name] for name in waited)


def test_no_secret_is_written_into_the_file() -> None:
    text = (ROOT / "compose.yaml").read_text()
    secrets = [line for line in text.splitlines() if "PASSWORD:" in line or "SANDBOX_KEY:" in line]
    assert secrets
    assert all("${" in line for line in secrets)


def test_the_image_runs_as_nobody_special_and_tells_its_health() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    last = [line for line in lines if line.startswith("USER ")][-1]
    assert last == "USER sandbox"
    assert lines.index(last) < lines.index('ENTRYPOINT ["sandbox"]')
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert lines[-1] == 'CMD ["serve"]'
