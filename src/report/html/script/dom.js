// Elements. Texts from documents become text nodes and attributes, never markup.

const SVG = ["http", "://www.w3.org/2000/svg"].join("");

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
  return parent;
}

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  return append(element, children);
}

function el(tag, attributes, ...children) {
  return make(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return make(document.createElementNS(SVG, tag), attributes, children);
}

let numbered = 0;

function fresh(name) {
  numbered += 1;
  return `${name}-${numbered}`;
}

// A section of the page with its heading; none without content.
function section(id, title, ...children) {
  const content = children.flat(Infinity).filter(Boolean);
  if (content.length === 0) return null;
  const heading = el("h2", { id: `${id}-title` }, title);
  // The heading says it already.
  for (const caption of content.flatMap((part) => [...(part.querySelectorAll?.("caption") ?? [])])) {
    if (caption.textContent === title) caption.classList.add("unseen");
  }
  return el("section", { id, "aria-labelledby": heading.id }, heading, content);
}

// Calls `fill` once, when `element` comes near the screen or is about to be printed.
const waiting = new Map();
const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) fillNow(entry.target);
}, { rootMargin: "800px 0px" });

function fillNow(element) {
  const fill = waiting.get(element);
  waiting.delete(element);
  nearby.unobserve(element);
  fill?.();
}

function fillWhenNear(element, fill) {
  waiting.set(element, fill);
  nearby.observe(element);
}

addEventListener("beforeprint", () => [...waiting.keys()].forEach(fillNow));
