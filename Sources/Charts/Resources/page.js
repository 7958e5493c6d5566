"use strict";
// Sliders: one picture of several is shown.
for (const slider of document.querySelectorAll(".slider")) {
  const frames = slider.querySelectorAll(".frame");
  const input = slider.querySelector("input");
  if (!input) continue;
  const output = slider.querySelector("output");
  const show = () => {
    frames.forEach((frame, number) => { frame.hidden = number !== input.valueAsNumber; });
    output.textContent = frames[input.valueAsNumber].dataset.label;
  };
  input.addEventListener("input", show);
  show();
}

// Charts: where the library is there, live ones take the place of the static ones, all zoomed together.
(() => {
  if (!window.Dygraph) return;
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const short = (value) => {
    if (value === null || value === undefined || !isFinite(value)) return "";
    const size = Math.abs(value);
    for (const [power, unit, scale] of [[1e12, "T", 1e12], [1e9, "G", 1e9], [1e6, "M", 1e6], [1e4, "k", 1e3]]) {
      if (size >= power && size < 1e15) return String(Number((value / scale).toFixed(1))) + unit;
    }
    return size >= 1e3 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
  };
  // As many digits as tell the ticks of an axis apart.
  const apart = (value, granularity, options, chart) => {
    const [low, high] = chart.yAxisRange();
    const digits = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low))) + 2;
    return digits > 4 && digits < 9 ? String(Number(value.toPrecision(digits))) : short(value);
  };
  const paint = (numbers) => ({
    colors: numbers.colors.map((number) => color("--c" + number)), axisLineColor: color("--line"), gridLineColor: color("--line"),
  });
  const charts = [];
  // Where the beginning of a curve lies beyond the axis: whoever zooms, or wants to see all, sees all of what is chosen.
  const showAll = () => charts.forEach(({ chart, numbers }) => {
    if (!numbers.focus) return;
    delete numbers.focus;
    chart.updateOptions({ valueRange: [null, null] });
  });
  for (const plot of document.querySelectorAll(".plot")) {
    const source = plot.querySelector("script");
    if (!source) continue;
    const numbers = JSON.parse(source.textContent);
    const legend = plot.parentElement.querySelector(".legend");
    const newest = legend.innerHTML;
    const live = document.createElement("div");
    live.className = "live";
    plot.appendChild(live);
    plot.classList.add("isLive");
    const readOut = (row) => {
      if (row === null) { legend.innerHTML = newest; return; }
      legend.textContent = "";
      const at = document.createElement("span");
      at.className = "at";
      at.textContent = "step " + short(numbers.rows[row][0]);
      legend.appendChild(at);
      numbers.colors.forEach((number, line) => {
        // The nearest point of the line: lines are thinned each by itself.
        let nearest = null;
        for (let away = 0; nearest === null && away < numbers.rows.length; away++) {
          for (const other of [row - away, row + away]) {
            const value = (numbers.rows[other] || [])[line + 1];
            if (nearest === null && value !== null && value !== undefined) nearest = value;
          }
        }
        const key = document.createElement("span");
        key.className = "key c" + number;
        key.textContent = numbers.labels[line + 1] + " ";
        const value = document.createElement("b");
        value.textContent = short(nearest);
        key.appendChild(value);
        legend.appendChild(key);
      });
    };
    const single = numbers.rows.length === 1;
    const belowZero = numbers.rows.some((row) => row.some((value, column) => column > 0 && value < 0));
    const [low, high] = numbers.focus || [null, null];
    const chart = new Dygraph(live, numbers.rows, Object.assign({
      valueRange: numbers.focus ? [low - 0.06 * (high - low), high + 0.06 * (high - low)] : [null, null], zoomCallback: showAll,
      labels: numbers.labels, legend: "never", logscale: numbers.log, includeZero: numbers.zero, connectSeparatedPoints: true,
      strokeWidth: 1.6, drawPoints: single, pointSize: 3, highlightCircleSize: 3.5, rightGap: 8, xRangePad: 3, yRangePad: 6,
      axes: {
        x: { axisLabelFormatter: short, drawGrid: false, pixelsPerLabel: 50 },
        y: { axisLabelFormatter: apart, axisLabelWidth: 42, pixelsPerLabel: 24 },
      },
      underlayCallback: (canvas, area, graph) => {
        const [low, high] = graph.yAxisRange();
        if (!belowZero || low >= 0 || high <= 0) return;
        const y = Math.round(graph.toDomYCoord(0)) + 0.5;
        canvas.save();
        canvas.setLineDash([3, 3]);
        canvas.strokeStyle = color("--dim");
        canvas.beginPath();
        canvas.moveTo(area.x, y);
        canvas.lineTo(area.x + area.w, y);
        canvas.stroke();
        canvas.restore();
      },
      highlightCallback: (event, x, points, row) => readOut(row),
      unhighlightCallback: () => readOut(null),
    }, paint(numbers)));
    let row = numbers.rows.length - 1;
    const select = () => { chart.setSelection(row); readOut(row); };
    const zoom = (factor) => {
      const [low, high] = chart.xAxisRange();
      const [first, last] = chart.xAxisExtremes();
      const length = Math.min((high - low) * factor, last - first);
      const start = Math.max(first, Math.min(last - length, numbers.rows[row][0] - length / 2));
      showAll();
      chart.updateOptions({ dateWindow: [start, start + length] });
    };
    const keys = {
      ArrowLeft: () => { row = Math.max(0, row - 1); select(); },
      ArrowRight: () => { row = Math.min(numbers.rows.length - 1, row + 1); select(); },
      PageUp: () => { row = Math.max(0, row - 20); select(); },
      PageDown: () => { row = Math.min(numbers.rows.length - 1, row + 20); select(); },
      Home: () => { row = 0; select(); },
      End: () => { row = numbers.rows.length - 1; select(); },
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
      0: () => { showAll(); chart.resetZoom(); }, Escape: () => { chart.resetZoom(); chart.clearSelection(); readOut(null); },
    };
    plot.addEventListener("keydown", (event) => {
      const action = keys[event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
    plot.addEventListener("blur", () => { chart.clearSelection(); readOut(null); });
    charts.push({ chart, numbers });
  }
  if (charts.length > 1) Dygraph.synchronize(charts.map((entry) => entry.chart), { selection: false, zoom: true, range: false });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const { chart, numbers } of charts) chart.updateOptions(paint(numbers));
  });
})();
