// Reads the documents and draws the sections.

function documentOf(id) {
  const element = document.getElementById(id);
  return element && JSON.parse(element.textContent);
}

const documents = Object.fromEntries(["report", "course", "bill", "loads"].map((id) => [id, documentOf(id)]));
document.getElementById("drawn").append(...(documents.report ? runSections(documents) : billSections(documents)));
for (const part of document.querySelectorAll("#drawn section, details.group")) part.classList.add("found-in");
tools([...document.querySelectorAll("main section")].map((part) => [part.id, part.querySelector("h2").textContent]));
