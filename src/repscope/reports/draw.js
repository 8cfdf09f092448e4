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

// A figure is laid out for one width and shown at many: on a narrow page its cells are smaller, and fewer ticks and
// labels are legible.
function fit(plot, full) {
  const changes = {};
  const { xaxis, yaxis, margin } = full;
  if (yaxis.scaleanchor && yaxis.tickmode === "array") {
    const cell = (plot.clientWidth - margin.l - margin.r) / Math.abs(xaxis.range[1] - xaxis.range[0]);
    const needed = Math.max(40, cell * Math.abs(yaxis.range[1] - yaxis.range[0])) + margin.t + margin.b;
    const height = Math.round(Math.min(full.height, needed));
    if (Math.abs(height - plot.offsetHeight) > 1) {
      plot.style.height = `${height}px`;
      changes.autosize = true;
    }
  }
  for (const name of ["xaxis", "yaxis"]) {
    const { tickmode, tickvals, ticktext, tickangle } = full[name];
    if (tickmode !== "array" || !ticktext || tickvals.length < 2) continue;
    const axis = plot._fullLayout[name];
    const room = Math.abs(axis.d2p(tickvals[1]) - axis.d2p(tickvals[0])) * (tickangle ? Math.SQRT1_2 : 1);
    const kept = (_, k) => k % Math.max(1, Math.ceil(14 / room)) === 0;
    if (tickvals.filter(kept).length === plot.layout[name].tickvals.length) continue;
    changes[`${name}.tickvals`] = tickvals.filter(kept);
    changes[`${name}.ticktext`] = ticktext.filter(kept);
  }
  if (Object.keys(changes).length) Plotly.relayout(plot, changes);
}

// The ends of each path keep their labels before those between. A label that would stand on another is hidden, and so
// is one between the ends that would stand on a mark.
function uncrowd(plot) {
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const places = (elements) => elements.map((one) => one.getBoundingClientRect());
  const apart = (one, two, x, y) => one.right + x <= two.left || two.right + x <= one.left || one.bottom - y <= two.top || two.bottom - y <= one.top;
  const paths = all(plot, ".scatterlayer .trace").map((one) => all(one, ".textpoint text"));
  const ends = new Set(paths.flatMap((labels) => labels.filter((_, k) => k === 0 || k === labels.length - 1)));
  const marks = places(all(plot, ".scatterlayer .trace .point"));
  const kept = [];
  for (const label of new Set([...ends, ...paths.flat()])) {
    label.style.visibility = "";
    const [one] = places([label]);
    const free = kept.every((two) => apart(one, two, 3, 3)) && (ends.has(label) || marks.every((two) => apart(one, two, -3, 3)));
    if (free) kept.push(one);
    else label.style.visibility = "hidden";
  }
}

function adapt(plot, full) {
  fit(plot, full);
  uncrowd(plot);
}

const settings = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
for (const holder of document.querySelectorAll(".plot")) {
  const { data, layout } = JSON.parse(document.getElementById(holder.dataset.figure).textContent);
  for (const trace of data) {
    if (trace.hovertext) {
      trace.hoverinfo = "none";
      delete trace.hovertemplate;
    }
  }
  const full = structuredClone(layout);
  delete layout.height;
  Plotly.newPlot(holder, data, layout, settings).then((plot) => {
    adapt(plot, full);
    plot.on("plotly_afterplot", () => adapt(plot, full));
    plot.on("plotly_hover", show);
    plot.on("plotly_unhover", hide);
  });
}
window.addEventListener("scroll", hide, { passive: true });
window.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
