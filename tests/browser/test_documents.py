"""Documents: added with a result for each file, read, deleted."""

from playwright.sync_api import Page, expect

NOTE = {"name": "Política de viajes.md", "mimeType": "text/markdown", "buffer": b"Viajes en tren."}
BAD = {"name": "scan.bin", "mimeType": "application/octet-stream", "buffer": b"\xff\xfe\x00"}
EMPTY = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b"  \n"}


def opened(page: Page) -> None:
    page.get_by_role("button", name="Documents (").click()
    expect(page.locator("#pl-library")).to_be_visible()
    page.wait_for_selector(".pl-documents li")


def test_each_file_of_an_upload_gets_its_result(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    site.assistant.documents.index_s = 1.6
    opened(page)
    page.set_input_files("#pl-library input[type=file]", files=[NOTE, BAD, EMPTY])
    expect(page.locator(".pl-uploads")).to_contain_text("indexing, ")
    expect(page.locator(".pl-uploads")).to_contain_text("1 of 3 added")
    expect(page.locator(".pl-uploads li[data-state=added]")).to_contain_text("Política de viajes.md")
    expect(page.locator(".pl-uploads li[data-state=refused]").first).to_contain_text("is not a text file")
    expect(page.locator(".pl-uploads li[data-state=refused]").last).to_contain_text("No text was found in empty.txt")
    expect(page.get_by_role("button", name="Documents (5)")).to_be_attached()
    assert any("tren" in site.assistant.documents.text(each.id) for each in site.assistant.documents.list())


def test_the_same_file_again_is_told_to_be_unchanged_and_leaves_no_copy(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    opened(page)
    for result in ("added", "already here, unchanged"):
        page.set_input_files("#pl-library input[type=file]", files=[NOTE])
        expect(page.locator(".pl-uploads li")).to_contain_text(result)
    expect(page.locator(".pl-documents li")).to_have_count(5)


def test_a_file_dropped_anywhere_is_added(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    page.evaluate(
        """() => { const data = new DataTransfer();
            data.items.add(new File(['Dropped words'], 'dropped.txt', {type: 'text/plain'}));
            document.querySelector('#pl-talk').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"""  # noqa: E501
    )
    expect(page.locator("#pl-library")).to_be_visible()
    expect(page.locator(".pl-uploads li[data-state=added]")).to_contain_text("dropped.txt")


def test_a_document_is_read_and_deleted(site, page: Page) -> None:  # type: ignore[no-untyped-def]
    opened(page)
    page.get_by_role("button", name="Travel expenses finance").click()
    expect(page.locator(".pl-reader-text")).to_contain_text("Receipts above 20 euros")
    page.keyboard.press("Escape")
    item = page.locator(".pl-documents li", has_text="finance/travel-expenses.md")
    item.locator("[data-show]").click()
    item.locator("form").get_by_role("button", name="Delete").click()
    expect(page.locator(".pl-documents li")).to_have_count(3)
    expect(page.locator("#pl-documents")).to_contain_text("Deleted: finance/travel-expenses.md")
    assert len(site.assistant.documents.list()) == 3


def test_the_first_documents_change_the_welcome(site, new_page) -> None:  # type: ignore[no-untyped-def]
    from assistant.testing.documents import ScriptedDocuments

    site.assistant.documents = ScriptedDocuments(())
    page = new_page()
    expect(page.locator(".pl-welcome")).to_contain_text("There are no documents yet.")
    page.get_by_role("button", name="Documents (0)").click()
    expect(page.locator("#pl-documents")).to_contain_text("No documents yet.")
    page.set_input_files("#pl-library input[type=file]", files=[NOTE])
    expect(page.locator(".pl-welcome")).to_contain_text("I search 1 document of yours.")


def test_documents_that_come_while_the_models_load_are_counted(site, new_page) -> None:  # type: ignore[no-untyped-def]
    from assistant.api.ports import ServiceState
    from assistant.testing.documents import ScriptedDocuments

    site.assistant.documents = ScriptedDocuments(())
    site.assistant.service = ServiceState(slm="starting", documents=0)
    page = new_page()
    expect(page.locator(".pl-welcome")).to_contain_text("There are no documents yet.")
    site.assistant.service = ServiceState(slm="starting", documents=27)
    expect(page.locator(".pl-welcome")).to_contain_text("I search 27 documents of yours.")
    expect(page.get_by_role("button", name="Documents (27)")).to_be_attached()
