// Appended to a copy of a report by its test: uses the page as a person would, and tells the page that holds it in a frame
// what it finds, as JSON: windows of browsers have a least width, frames have none.
"use strict";
addEventListener("load", () => {
  const found = { errors: window.probeErrors, width: innerWidth, content: document.documentElement.scrollWidth, requests: [], wide: [] };
  found.requests = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !name.startsWith("data:"));
  // What reaches beyond the window and cannot be scrolled to inside of its own box.
  for (const element of document.querySelectorAll("body *")) {
    const right = element.getBoundingClientRect().right;
    if (right > innerWidth + 1 && !element.closest(".scroll, svg, .live")) wide(element);
  }
  function wide(element) { if (found.wide.length < 5) found.wide.push(element.tagName + "." + element.className); }

  const slider = document.querySelector(".slider input");
  if (slider) {
    slider.value = 0;
    slider.dispatchEvent(new Event("input"));
    const frames = [...document.querySelectorAll(".slider .frame")];
    found.shown = frames.filter((frame) => !frame.hidden).map((frame) => frame.dataset.label);
    found.label = slider.parentElement.querySelector("output").textContent;
    found.frames = frames.length;
  }
  found.live = document.querySelectorAll(".plot.isLive").length;
  const plot = document.querySelector(".plot.isLive");
  if (plot) {
    const press = (key) => plot.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    press("Home");
    found.first = plot.parentElement.querySelector(".legend").textContent;
    press("End");
    found.last = plot.parentElement.querySelector(".legend").textContent;
    const labels = () => [...plot.querySelectorAll(".dygraph-axis-label-x")].map((label) => label.textContent).join(" ");
    found.axis = labels();
    press("+");
    press("+");
    found.zoomed = labels();
    press("0");
    found.unzoomed = labels();
    press("Escape");
  }
  parent.postMessage("probe " + JSON.stringify(found) + " end", "*");
});
