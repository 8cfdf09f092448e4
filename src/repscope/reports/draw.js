"use strict";
// Plotly's own hover labels are cut off at the edge of a small figure, so the texts go into one box for the page.
const box = document.getElementById("hover");
const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const plain = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => entities[entity]);

function show(event) {
  const point = event.points[0];
  const text = point && point.hovertext;
  if (!text) return;
  box.replaceChildren(...text.split("<br>").map((line) => {
    const row = document.createElement("div");
    row.textContent = plain(line);
    return row;
  }));
  box.hidden = false;
  const { clientX: x, clientY: y } = event.event;
  const room = { x: document.documentElement.clientWidth - box.offsetWidth - 8, y: window.innerHeight - box.offsetHeight - 8 };
  box.style.left = `${Math.max(8, Math.min(x + 16, room.x))}px`;
  box.style.top = `${Math.max(8, y + 18 > room.y ? y - box.offsetHeight - 14 : y + 18)}px`;
}

function hide() { box.hidden = true; }

const settings = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
for (const holder of document.querySelectorAll(".plot")) {
  const { data, layout } = JSON.parse(document.getElementById(holder.dataset.figure).textContent);
  for (const trace of data) {
    if (trace.hovertext) {
      trace.hoverinfo = "none";
      delete trace.hovertemplate;
    }
  }
  Plotly.newPlot(holder, data, layout, settings).then((plot) => {
    plot.on("plotly_hover", show);
    plot.on("plotly_unhover", hide);
  });
}
window.addEventListener("scroll", hide, { passive: true });
window.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
