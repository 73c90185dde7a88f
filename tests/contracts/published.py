"""The published operations: where they are, and the statuses that they answer."""

from typing import NamedTuple

_LOOKED_UP_AT_ONE_SUPPLIER = {400, 401, 403, 422, 500, 502, 503, 504}
_STORED_OR_FANNED_OUT = {400, 401, 403, 422, 500, 503}
_OPTIONAL = _STORED_OR_FANNED_OUT | {501}  # a supplier need not have it
_READ = {200, 400, 401, 403, 404, 422, 500, 503}
_CREATED = {201} | _STORED_OR_FANNED_OUT
_NOW_OR_LATER = {201, 202} | _STORED_OR_FANNED_OUT


class Published(NamedTuple):
    """One operation's place and its statuses."""

    method: str
    path: str
    statuses: set[int]


AUTHENTICATION = {
    "getTenantAccessToken": Published("post", "/auth/tenant/access-token", {200, 400, 503}),
    "getSupplierAccessToken": Published("post", "/auth/supplier/access-token", {200, 400, 503}),
}
TENANT = {
    "handleAddressLookup": Published("get", "/addresses", {200, 501} | _LOOKED_UP_AT_ONE_SUPPLIER),
    "handleAvailabilityCheck": Published("get", "/service-availability", {200} | _STORED_OR_FANNED_OUT),
    "handleQuote": Published("post", "/quote", _CREATED),
    "handleAppointmentAvailability": Published("get", "/available-appointments", {200} | _LOOKED_UP_AT_ONE_SUPPLIER),
    "handleReserveAppointment": Published("post", "/appointments", {201} | _LOOKED_UP_AT_ONE_SUPPLIER),
    "handleCreateOrder": Published("post", "/service-orders", _CREATED),
    "handleGetOrder": Published("get", "/service-orders/{id}", _READ | {502}),
    "handleAmendOrder": Published("post", "/service-order-amendments", _CREATED),
    "handleCancelOrder": Published("post", "/service-order-cancellations", _CREATED),
    "handleCreateEthernetOrder": Published("post", "/ethernet/service-orders", _CREATED),
    "handleGetEthernetOrder": Published("get", "/ethernet/service-orders/{id}", _READ | {502}),
    "handleServiceTest": Published("post", "/service-tests", _CREATED),
    "handleGetServiceTestById": Published("get", "/service-tests/{id}", _READ),
    "handleCreateProblem": Published("post", "/service-problems", _CREATED),
    "handleGetServiceProblemById": Published("get", "/service-problems/{id}", _READ),
    "handleAmendProblem": Published("post", "/service-problem-amendments", _CREATED),
    "handleCancelProblem": Published("post", "/service-problem-cancellations", _CREATED),
    "handleServiceProblemResolution": Published(
        "patch", "/service-problem-resolutions/{id}", {200} | _STORED_OR_FANNED_OUT
    ),
}
SUPPLIER = {
    "handleAvailabilityCheck": Published("get", "/service-availability", {200} | _STORED_OR_FANNED_OUT),
    "handleQuote": Published("post", "/quote", _CREATED),
    "handleAppointmentAvailability": Published("get", "/available-appointments", {200} | _STORED_OR_FANNED_OUT),
    "handleReserveAppointment": Published("post", "/appointments", _CREATED),
    "handleCreateOrder": Published("post", "/service-orders", _NOW_OR_LATER),
    "handleAmendOrder": Published("post", "/service-order-amendments", _NOW_OR_LATER),
    "handleCancelOrder": Published("post", "/service-order-cancellations", _NOW_OR_LATER),
    "handleCreateEthernetOrder": Published("post", "/ethernet/service-orders", _NOW_OR_LATER),
    "handleServiceTest": Published("post", "/service-tests", {201} | _OPTIONAL),
    "handleCreateProblem": Published("post", "/service-problems", {201, 202} | _OPTIONAL),
    "handleAmendProblem": Published("post", "/service-problem-amendments", {201, 202} | _OPTIONAL),
    "handleCancelProblem": Published("post", "/service-problem-cancellations", {201, 202} | _OPTIONAL),
    "handleServiceProblemResolution": Published("patch", "/service-problem-resolutions/{id}", {200} | _OPTIONAL),
}
TENANT_UPDATES = {"handleKci": Published("post", "/kcis", {204} | _STORED_OR_FANNED_OUT)}
SUPPLIER_UPDATES = {"handleOrderUpdate": Published("post", "/kcis", {204} | _STORED_OR_FANNED_OUT)}

PUBLISHED = {
    "authentication": AUTHENTICATION,
    "tenant": TENANT,
    "supplier": SUPPLIER,
    "tenant-updates": TENANT_UPDATES,
    "supplier-updates": SUPPLIER_UPDATES,
}

EXTENSIONS = {405, 413, 415, 429}
# A supplier may lack what it is asked for while the tenant waits, though 501 is published for address look-up alone.
MAY_BE_LACKING = {"handleAppointmentAvailability": {501}, "handleReserveAppointment": {501}}

# What creates something that KCIs follow on: a fake's behaviour can be chosen there.
FOLLOWED_BY_KCIS = {
    "handleCreateOrder",
    "handleAmendOrder",
    "handleCancelOrder",
    "handleCreateEthernetOrder",
    "handleServiceTest",
    "handleCreateProblem",
    "handleAmendProblem",
    "handleCancelProblem",
}

# Published without the header `Tenant`.
WITHOUT_TENANT = {"handleQuote", "handleCreateEthernetOrder"}
