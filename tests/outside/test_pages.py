"""The pages for people, as people see them: in a real browser, and calling nobody but the sandbox."""

import os
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urljoin

import pytest
import requests

from sandbox.spec.documents import NAMES, load_document
from sandbox.spec.requirements import load_catalogue
from tests.outside.browser import CHROMIUM, Browser, open_browser
from tests.support.processes import served

EMBEDDED = re.compile(r"""(?:src|href)=["']([^"']+)|url\(["']?([^"')]+)""")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("pages"), check_responses="true") as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None and "CI" not in os.environ:  # a build machine has to have one
        pytest.skip("no Chromium on this machine")
    with open_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def parts_of(page: str) -> list[str]:
    """What a page or a style sheet makes a browser load, or leads to."""
    return [first or second for first, second in EMBEDDED.findall(page)]


def test_the_front_page_leads_to_everything(url: str) -> None:
    page = requests.get(url, timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    for name in NAMES:
        data = load_document(name).data
        assert data["info"]["summary"].replace("'", "&#39;") in page.text
        assert f"/openapi/{name}.json" in page.text
    links = parts_of(page.text)
    assert len(links) >= 2 * len(NAMES)
    for link in links:
        answer = requests.get(urljoin(url, link.replace("&amp;", "&")), timeout=10)
        assert answer.status_code == 200, link
        assert answer.url.startswith(url)
    assert f"curl -s {url}/v1/auth/tenant/access-token" in page.text


def test_every_requirement_is_shown_with_its_clause(url: str) -> None:
    page = requests.get(f"{url}/docs/requirements", timeout=10)
    text = unescape(page.text)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for each in load_catalogue().requirements.values():
        assert f'<dt id="{each.id}">' in text
        assert each.sentence in text
        assert f"{each.clause} · since {each.since}" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_served_whole(url: str, name: str) -> None:
    answer = requests.get(f"{url}/openapi/{name}.json", timeout=10)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == load_document(name).data
    assert "common.yaml" not in answer.text
    assert answer.json()["servers"][0]["url"].startswith("/")


def test_an_unknown_document_is_404_and_says_which_there_are(url: str) -> None:
    answer = requests.get(f"{url}/openapi/nothing.json", timeout=10)
    assert (answer.status_code, answer.json()) == (404, {"documents": list(NAMES)})


def test_the_pages_load_nothing_from_elsewhere(url: str) -> None:
    pending, seen = ["/docs/"], set()
    while pending:
        path = pending.pop()
        seen.add(path)
        answer = requests.get(url + path, timeout=10)
        assert answer.status_code == 200, path
        if answer.headers["Content-Type"].startswith(("text/html", "text/css")):
            for part in parts_of(answer.text):
                if not part.startswith(("data:", "#")):
                    assert "//" not in part, f"{path} loads {part}"
                    pending += {urljoin(path, part)} - seen
    assert {"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"} <= seen
    assert '"validatorUrl": null' in requests.get(f"{url}/docs/", timeout=10).text


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_browser_shows_every_operation(url: str, browser: Browser, name: str) -> None:
    document = load_document(name)
    browser.open(f"{url}/docs/?urls.primaryName={quote(document.data['info']['title'])}")
    title, count = document.data["info"]["title"], len(document.operations)
    browser.wait_for(f"document.querySelector('.info .title')?.innerText.startsWith({title!r})")
    browser.wait_for(f"document.querySelectorAll('.opblock').length === {count}")
    shown = browser.wait_for(
        "[...document.querySelectorAll('.opblock')].map(each =>"
        " each.querySelector('.opblock-summary-method').innerText + ' ' +"
        " each.querySelector('.opblock-summary-path').dataset.path)"
    )
    assert sorted(shown) == sorted(f"{each.method} {each.path}" for each in document.operations.values())
    assert browser.errors == []


def click(browser: Browser, selector: str) -> None:
    """Press what is there as soon as it is."""
    browser.wait_for(f"(found => found && (found.click(), true))(document.querySelector({selector!r}))")


@pytest.mark.browser
def test_a_browser_can_try_an_operation_out(url: str, browser: Browser) -> None:
    title = load_document("control").data["info"]["title"]
    browser.requested.clear()
    browser.open(f"{url}/docs/?urls.primaryName={quote(title)}#/Health/getHealth")
    block = "#operations-Health-getHealth"
    click(browser, f"{block} .try-out__btn")
    click(browser, f"{block} .execute")
    status = browser.wait_for(
        f"document.querySelector('{block} .live-responses-table tbody .response-col_status')?.innerText"
    )
    body = browser.wait_for(f"document.querySelector('{block} .live-responses-table .microlight')?.innerText")
    assert status.strip() == "200"
    assert '"status": "ok"' in body
    assert f"{url}/_sandbox/health" in browser.requested
    assert [each for each in browser.requested if not each.startswith((url, "data:", "blob:"))] == []
    assert browser.errors == []


@pytest.mark.browser
def test_a_browser_can_sign_in_and_read_the_clock(url: str, browser: Browser) -> None:
    title = load_document("control").data["info"]["title"]
    browser.open(f"{url}/docs/?urls.primaryName={quote(title)}#/Clock/getClock")
    click(browser, ".auth-wrapper .authorize")
    for field, text in (("clientId", "tenant1"), ("clientSecret", "tenant1-secret")):
        browser.wait_for(f"!!document.querySelector('input[data-name={field}]')")
        browser.send("Runtime.evaluate", expression=f"document.querySelector('input[data-name={field}]').focus()")
        browser.send("Input.insertText", text=text)
    click(browser, ".auth-container .modal-btn.authorize")
    browser.wait_for(
        "[...document.querySelectorAll('.auth-container h6')].some(each => each.innerText === 'Authorized')"
    )
    click(browser, ".auth-btn-wrapper .btn-done")
    click(browser, "#operations-Clock-getClock .try-out__btn")
    click(browser, "#operations-Clock-getClock .execute")
    body = browser.wait_for(
        "document.querySelector('#operations-Clock-getClock .live-responses-table .microlight')?.innerText"
    )
    assert '"world": "DEMO1"' in body
