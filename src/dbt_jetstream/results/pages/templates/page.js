"use strict";
// Draws the results of one experiment from the data that the page carries.
(async () => {
  const DAY_PERIODS = ["daily", "weekly"];
  const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye", "cross", "times"];
  const CHANCE = 0.05;
  const LEFT_OUT = "Left out of this page to keep it small; the tables have it.";
  const data = await unpack(document.getElementById("data").textContent);
  const state = readState();

  drawControls();
  draw();
  window.addEventListener("hashchange", () => { followAddress(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#metric-"]');
    if (link) { event.preventDefault(); openMetric(link.getAttribute("href").slice(1)); }
  });
  let width = document.getElementById("forest").clientWidth;
  window.addEventListener("resize", () => {
    const now = document.getElementById("forest").clientWidth;
    if (now !== width) { width = now; draw(); }
  });
  if (location.hash.startsWith("#metric-")) openMetric(decodeURIComponent(location.hash.slice(1)));

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // State: what is shown. It lies in the address, so that a view can be passed on.

  function readState() {
    const given = new URLSearchParams(location.hash.slice(1));
    const first = data.periods.find((p) => !p.name.startsWith("preenrollment") && p.windows.some((w) => hasCell(p.name, w.index))) || data.periods[0];
    const last = first ? first.windows[first.windows.length - 1].index : 1;
    const windows = data.periods.flatMap((p) => p.windows.map((w) => `${p.name}.${w.index}`));
    const known = (name, values, otherwise) => values.includes(given.get(name)) ? given.get(name) : otherwise;
    return {
      window: known("window", windows, first ? `${first.name}.${last}` : ""),
      basis: known("basis", data.bases, data.bases[0]),
      segment: known("segment", data.segments, "all"),
      reference: known("reference", data.branches, data.branches[data.reference]),
      shows: known("shows", ["uplift", "value"], "uplift"),
      search: "",
    };
  }

  function hasCell(period, index) {
    return data.bases.some((basis) => data.cells[`${period}|${index}|${basis}|all`]);
  }

  // Another address in the same tab: a view that was passed on, or a metric.
  function followAddress() {
    const name = decodeURIComponent(location.hash.slice(1));
    if (name.startsWith("metric-")) { openMetric(name); return; }
    if (!new URLSearchParams(location.hash.slice(1)).has("window")) return;
    Object.assign(state, readState(), { search: state.search });
    for (const name of ["window", "basis", "segment", "reference", "shows"]) document.getElementById(`select-${name}`).value = state[name];
    draw();
  }

  function writeState() {
    const { search, ...kept } = state;
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
  }

  function period() { return state.window.split(".")[0]; }
  function windowIndex() { return Number(state.window.split(".")[1]); }
  function cellName(name = period(), index = windowIndex()) { return `${name}|${index}|${state.basis}|${state.segment}`; }
  function reference() { return data.branches.indexOf(state.reference); }

  // Elements.

  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  function drawControls() {
    const windows = data.periods.map((p) => h("optgroup", { label: p.label },
      p.windows.map((w) => h("option", { value: `${p.name}.${w.index}` }, `${w.label} (${w.days})`))));
    const plain = (values) => values.map((value) => h("option", { value }, value));
    const controls = [
      ["window", "Window", windows],
      ["basis", "Analysis basis", plain(data.bases)],
      ["segment", "Segment", plain(data.segments)],
      ["reference", "Reference branch", plain(data.branches)],
      ["shows", "Charts over windows show", [h("option", { value: "uplift" }, "relative uplifts"), h("option", { value: "value" }, "values")]],
    ];
    const form = document.getElementById("controls");
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const [name, label, options] of controls) {
      const select = h("select", { id: `select-${name}` }, options);
      select.value = state[name];
      select.addEventListener("change", () => { state[name] = select.value; writeState(); draw(); });
      form.append(h("label", {}, label, select));
    }
    const search = h("input", { id: "search", type: "search", autocomplete: "off" });
    search.addEventListener("input", () => { state.search = search.value.trim().toLowerCase(); draw(); });
    form.append(h("label", {}, "Find a metric", search));
  }

  function draw() {
    drawForest();
    drawMetrics();
  }

  function isFound(metric) {
    return !state.search || `${metric.label} ${metric.name}`.toLowerCase().includes(state.search);
  }

  // Numbers.

  function percent(share) {
    if (share === null) return "undefined";
    const size = Math.abs(share);
    const digits = size >= 0.1 ? 1 : size >= 0.001 || size === 0 ? 2 : 4;
    return `${d3.format(`+,.${digits}f`)(100 * share)}\u00a0%`;
  }

  function number(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e9) return d3.format(",")(value);
    return d3.format(size >= 1e9 || (size > 0 && size < 1e-3) ? ".3e" : size >= 1000 ? ",.0f" : ".4~g")(value);
  }

  function signed(value) {
    return value > 0 ? `+${number(value)}` : number(value);
  }

  function widthNote(series) {
    return series.ci_width === 0.95 ? "" : ` (${d3.format("~g")(100 * series.ci_width)}\u00a0% interval)`;
  }

  function probability(p) {
    return p === null ? "not known" : p < 0.0001 ? "< 0.0001" : d3.format(".2~g")(p);
  }

  function reading(row, metric) {
    if (row.p === null) {
      const isKnown = row.point_difference !== null && row.point_difference !== undefined;
      return { kind: "none", text: isKnown ? "cannot tell: no variation" : "undefined" };
    }
    if (row.p >= CHANCE) return { kind: "none", text: "no measurable effect" };
    const isRise = (row.point_difference ?? row.point) > 0;
    const isClear = row.q !== null && row.q < CHANCE;
    const isBetter = isRise === metric.bigger_is_better;
    return {
      kind: isClear ? "clear" : "possible",
      tone: isBetter ? "good" : "bad",
      text: `${isRise ? "▲" : "▼"} ${isClear ? "clear" : "possible"} ${isRise ? "rise" : "fall"}`,
      note: isBetter ? "better" : "worse",
    };
  }

  // The forest plot: a table whose rows carry their interval as a drawing.

  function comparisonsOf(cell) {
    const names = ["series", "branch", "reference", "point", "lower", "upper", "p", "q", "point_difference", "lower_difference", "upper_difference"];
    return (cell ? cell.comparisons : []).filter((row) => row[2] === reference())
      .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
  }

  function valuesOf(cell) {
    return new Map((cell ? cell.values : []).map(([series, branch, point, lower, upper]) => [`${series}|${branch}`, { point, lower, upper }]));
  }

  function whyAbsent(number, name = period(), index = windowIndex()) {
    const series = data.series[number];
    if (!series.periods.includes(name)) {
      const asked = data.periods.filter((p) => series.periods.includes(p.name)).map((p) => p.label.toLowerCase());
      return `Left out by configuration: asked for ${asked.join(", ")} only.`;
    }
    if (!series.bases.includes(state.basis)) return `Left out by configuration: computed on ${series.bases.join(" and ")} only.`;
    const found = (data.missing[cellName(name, index)] || []).find((row) => row[0] === number);
    const isLeftOut = name === "daily" && (data.left_out.includes("daily windows") || (state.segment !== "all" && data.left_out.includes("daily windows of segments")));
    if (!found) return isLeftOut ? LEFT_OUT : null;
    const state_ = found[1][0].toUpperCase() + found[1].slice(1);
    return found[2] ? `${state_}: ${found[2]}.` : `${state_}.`;
  }

  function forestScale(rows) {
    const ends = rows.filter((row) => row.point !== null && row.lower !== null).flatMap((row) => [row.lower, row.upper]).map(Math.abs).sort(d3.ascending);
    // Wide enough for nearly all, but not so wide that the usual interval is a dot.
    const most = ends.length ? Math.max(Math.min(d3.quantileSorted(ends, 0.95) * 1.1, d3.quantileSorted(ends, 0.5) * 8), 0.005) : 0.1;
    return [-most, most];
  }

  function drawForest() {
    const cell = data.cells[cellName()];
    const rows = comparisonsOf(cell);
    const values = valuesOf(cell);
    const domain = forestScale(rows);
    const holder = document.getElementById("forest");
    const isNarrow = window.matchMedia("(max-width: 46rem)").matches;
    const plotWidth = Math.max(holder.clientWidth * (isNarrow ? 1 : 0.33) - 4, 160);
    const head = h("tr", { role: "row" },
      h("th", { scope: "col", role: "columnheader", class: "c-branch" }, "Branch"),
      h("th", { scope: "col", role: "columnheader", class: "c-value n" }, "Value", h("br"), `(${state.reference})`),
      h("th", { scope: "col", role: "columnheader", class: "c-uplift n" }, "Relative uplift", h("br"), "95 % interval"),
      h("th", { scope: "col", role: "columnheader", class: "plot" }, axis(domain, plotWidth)),
      h("th", { scope: "col", role: "columnheader", class: "c-reading" }, "Reading"));
    const table = h("table", { role: "table", "aria-labelledby": "results-title" }, h("thead", { role: "rowgroup" }, head));
    for (const metric of data.metrics.filter(isFound)) {
      const groups = data.series.map((series, number) => ({ series, number }))
        .filter(({ series }) => series.metric === metric.name && !series.is_distribution);
      if (!groups.length) continue;
      const body = h("tbody", { role: "rowgroup" }, h("tr", { role: "row" }, h("th", { role: "rowheader", scope: "rowgroup", colspan: 5, class: "group" },
        h("a", { href: `#metric-${metric.name}` }, metric.label),
        metric.is_primary ? h("span", { class: "muted" }, " · the experiment's own") : null)));
      for (const { series, number } of groups) {
        const compared = rows.filter((row) => row.series === number).sort((a, b) => a.branch - b.branch);
        if (compared.length) body.append(...compared.map((row) => forestRow(row, series, metric, values, domain, plotWidth)));
        else body.append(plainRow(number, series, metric, values));
      }
      table.append(body);
    }
    const isEmpty = table.tBodies.length === 0;
    holder.replaceChildren(swatches(), isEmpty ? h("p", {}, "No metric has this in its name.") : table);
    drawFamily(rows);
  }

  function forestRow(row, series, metric, values, domain, plotWidth) {
    const own = values.get(`${row.series}|${row.branch}`) || { point: null };
    const other = values.get(`${row.series}|${row.reference}`) || { point: null };
    const read = reading(row, metric);
    const branch = data.branches[row.branch];
    const isKnown = row.point !== null && row.lower !== null;
    const size = isKnown || row.p === null ? percent(row.point) : `${signed(row.point_difference)} per unit`;
    const interval = isKnown ? `${percent(row.lower)} to ${percent(row.upper)}` : row.p === null ? "" : `${signed(row.lower_difference)} to ${signed(row.upper_difference)}`;
    const label = `${metric.label}, ${series.label}, ${branch} against ${state.reference}: ${size}, ${interval}; ${read.text}`;
    return h("tr", { role: "row", class: read.kind, "data-metric": metric.name, "data-statistic": series.statistic, "data-branch": branch },
      h("th", { role: "rowheader", scope: "row", class: "branch" }, key(row.branch), branch, h("br"), h("span", { class: "small" }, series.label, series.is_adjusted ? ", adjusted" : "")),
      h("td", { role: "cell", class: "value n" }, number(own.point), h("br"), h("span", { class: "small" }, `(${number(other.point)})`)),
      h("td", { role: "cell", class: "uplift n" }, h("strong", {}, size), h("br"), h("span", { class: "small" }, interval, widthNote(series))),
      h("td", { role: "cell", class: "plot" }, intervalPlot(row, domain, plotWidth, label)),
      h("td", { role: "cell", class: "reading" }, h("span", { class: read.tone }, read.text), read.note ? h("span", { class: "small" }, ` (${read.note})`) : null,
        h("br"), h("span", { class: "small" }, `p ${probability(row.p)}, adjusted ${probability(row.q)}`)));
  }

  function plainRow(number_, series, metric, values) {
    const known = data.branches.map((branch, i) => [branch, values.get(`${number_}|${i}`)]).filter(([, value]) => value);
    const texts = known.map(([branch, value]) => `${branch} ${number(value.point)}`);
    const why = whyAbsent(number_) || (known.length ? (known.length === 1 ? "Nothing to compare it to." : "Not compared between branches.") : "No result.");
    return h("tr", { role: "row", class: "plain", "data-metric": metric.name, "data-statistic": series.statistic },
      h("th", { role: "rowheader", scope: "row" }, h("span", { class: "small" }, series.label)),
      h("td", { role: "cell", colspan: 4, class: "why" }, texts.join(", "), texts.length ? ". " : "", h("span", { class: "muted" }, why)));
  }

  function drawFamily(rows) {
    const shown = rows.filter((row) => row.p !== null);
    const apart = shown.filter((row) => row.p < CHANCE);
    const clear = apart.filter((row) => row.q !== null && row.q < CHANCE);
    const text = shown.length
      ? `Of ${d3.format(",")(shown.length)} comparisons ${apart.length} have p below 0.05, where chance alone would give about ${d3.format(".1f")(CHANCE * shown.length)}; ${clear.length} stand after correction (Benjamini and Hochberg). An arrow marks an interval that goes on.`
      : "Nothing is compared here.";
    document.getElementById("family").textContent = text;
  }

  function color(branch) { return `var(--b${branch % 8})`; }

  function key(branch) {
    const svg = d3.create("svg:svg").attr("viewBox", "-8 -8 16 16").attr("class", "key").attr("aria-hidden", "true");
    svg.append("path").attr("d", d3.symbol(symbol(branch), 110)()).attr("fill", color(branch));
    return svg.node();
  }

  function symbol(branch) {
    const name = SYMBOLS[branch % 8];
    return d3[`symbol${name[0].toUpperCase()}${name.slice(1)}`];
  }

  function swatches() {
    return h("p", { class: "swatches", "aria-label": "Branches" }, data.branches.map((branch, i) => h("span", {}, key(i), branch)));
  }

  function described(figure, label) {
    const svg = figure.matches("svg") ? figure : figure.querySelector("svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    // The drawing has one name; its parts have none.
    for (const part of svg.querySelectorAll("[aria-label], [aria-hidden]")) { part.removeAttribute("aria-label"); part.removeAttribute("aria-hidden"); }
    return figure;
  }

  function axis(domain, plotWidth) {
    const plot = Plot.plot({
      width: plotWidth, height: 30, marginLeft: 22, marginRight: 22, marginTop: 24, marginBottom: 0,
      x: { domain, label: null },
      marks: [Plot.axisX({ anchor: "top", tickFormat: "+.0~%", ticks: Math.max(Math.floor(plotWidth / 70), 2) })],
    });
    return described(plot, "Scale of the relative uplifts");
  }

  function intervalPlot(row, domain, plotWidth, label) {
    const [low, high] = domain;
    const marks = [Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.5 })];
    if (row.point !== null && row.lower !== null && row.upper !== null) {
      const x1 = Math.min(Math.max(row.lower, low), high);
      const x2 = Math.min(Math.max(row.upper, low), high);
      marks.push(Plot.ruleY([{ x1, x2 }], { y: () => "", x1: "x1", x2: "x2", stroke: color(row.branch), strokeWidth: 3 }));
      const beyond = [row.lower < low ? { x: low, text: "◀" } : null, row.upper > high ? { x: high, text: "▶" } : null].filter(Boolean);
      marks.push(Plot.text(beyond, { x: "x", y: () => "", text: "text", fill: color(row.branch), fontSize: 12 }));
      if (row.point !== null && row.point >= low && row.point <= high) {
        marks.push(Plot.dot([row], { x: "point", y: () => "", fill: color(row.branch), symbol: () => SYMBOLS[row.branch % 8], r: 5.5 }));
      }
    }
    return described(Plot.plot({
      width: plotWidth, height: 40, marginLeft: 22, marginRight: 22, marginTop: 0, marginBottom: 0,
      x: { domain, axis: null }, y: { axis: null }, symbol: { range: [SYMBOLS[row.branch % 8]] }, marks,
    }), label);
  }

  // Metrics: their course, their distribution, their definition.

  function drawMetrics() {
    const holder = document.getElementById("metrics");
    const open = new Map([...holder.querySelectorAll("details.one[open]")].map((element) => [element.id, openFolds(element)]));
    holder.replaceChildren(...data.metrics.filter(isFound).map((metric) => {
      const details = h("details", { id: `metric-${metric.name}`, class: "one" }, h("summary", {}, metric.label));
      details.addEventListener("toggle", () => {
        if (details.open && details.childElementCount === 1) details.append(...metricParts(metric));
      });
      if (open.has(details.id)) {
        details.append(...metricParts(metric));
        details.open = true;
        details.querySelectorAll("details").forEach((fold, i) => { fold.open = open.get(details.id).includes(i); });
      }
      return details;
    }));
  }

  function openFolds(element) {
    return [...element.querySelectorAll("details")].flatMap((fold, i) => fold.open ? [i] : []);
  }

  function metricParts(metric) {
    const series = data.series.map((one, number_) => ({ ...one, number: number_ })).filter((one) => one.metric === metric.name);
    return [definition(metric), ...series.flatMap((one) => one.is_distribution ? [distribution(one, metric)] : courses(one, metric))];
  }

  function definition(metric) {
    const statistics = Object.entries(metric.statistics).map(([, text]) => h("li", {}, text[0].toUpperCase() + text.slice(1)));
    const folds = metric.sql ? [h("details", { class: "sql" }, h("summary", {}, "SQL"), h("pre", {}, metric.sql),
      h("p", { class: "muted" }, `From data source ${metric.data_source}:`), h("pre", {}, metric.from_expression), h("p", { class: "muted" }, metric.path))] : [];
    return h("div", { class: "definition" },
      h("p", {}, metric.description || "No description.", h("span", { class: "muted" }, metric.is_asked_for ? ` ${metric.bigger_is_better ? "More is better." : "Less is better."}` : " Other metrics are made from it.")),
      h("p", { class: "small" }, `Name in tables: ${metric.name}`),
      statistics.length ? h("ul", {}, statistics) : null, ...folds);
  }

  function courses(series, metric) {
    return data.periods.filter((p) => series.periods.includes(p.name) && DAY_PERIODS.includes(p.name) && p.windows.length > 1)
      .map((p) => course(series, metric, p));
  }

  function course(series, metric, p) {
    const isUplift = state.shows === "uplift";
    const points = p.windows.flatMap((w) => coursePoints(series, p, w, isUplift));
    const title = `${metric.label}, ${series.label}: ${isUplift ? `relative uplift over ${state.reference}` : "value"}, ${p.label.toLowerCase()}`;
    if (!points.some((point) => point.point !== null)) {
      return h("figure", {}, h("figcaption", {}, title), h("p", { class: "muted" }, whyAbsent(series.number, p.name, p.windows[0].index) || "No result."));
    }
    const drawn = points.filter((point) => point.lower !== null && point.upper !== null);
    const plot = Plot.plot({
      width: chartWidth(), height: 260, marginLeft: 60,
      x: { label: `${p.label} window`, tickFormat: "d", ticks: Math.min(p.windows.length, 12), interval: 1 },
      y: { label: null, grid: true, tickFormat: isUplift ? "+.0~%" : ".3~s" },
      symbol: { domain: d3.range(data.branches.length), range: data.branches.map((_, i) => SYMBOLS[i % 8]) },
      marks: [
        isUplift ? Plot.ruleY([0]) : null,
        Plot.areaY(drawn, { x: "window", y1: "lower", y2: "upper", z: "branch", fill: (d) => color(d.branch), fillOpacity: 0.14 }),
        Plot.lineY(points, { x: "window", y: "point", z: "branch", stroke: (d) => color(d.branch), strokeWidth: 2 }),
        Plot.dot(points, { x: "window", y: "point", symbol: "branch", fill: (d) => color(d.branch), r: 3.5, tip: true, channels: { branch: (d) => data.branches[d.branch] }, title: (d) => `${data.branches[d.branch]}, window ${d.window}: ${shown(d, isUplift)}` }),
      ],
    });
    const header = ["Window", "Branch", isUplift ? "Relative uplift" : "Value", "95 % interval"];
    const rows = points.map((d) => [String(d.window), data.branches[d.branch], isUplift ? percent(d.point) : number(d.point), d.lower === null ? "–" : isUplift ? `${percent(d.lower)} to ${percent(d.upper)}` : `${number(d.lower)} to ${number(d.upper)}`]);
    return h("figure", { "data-period": p.name, "data-statistic": series.statistic }, h("figcaption", {}, title), swatches(), described(plot, title), numbers(title, header, rows));
  }

  function coursePoints(series, p, w, isUplift) {
    const cell = data.cells[cellName(p.name, w.index)];
    const rows = isUplift
      ? comparisonsOf(cell).filter((row) => row.series === series.number)
      : (cell ? cell.values : []).filter((row) => row[0] === series.number).map(([, branch, point, lower, upper]) => ({ branch, point, lower, upper }));
    return rows.map((row) => ({ window: w.index, branch: row.branch, point: row.point, lower: row.lower, upper: row.upper })).sort((a, b) => a.branch - b.branch);
  }

  function shown(d, isUplift) {
    const text = isUplift ? percent : number;
    return d.lower === null ? text(d.point) : `${text(d.point)} (${text(d.lower)} to ${text(d.upper)})`;
  }

  function distribution(series, metric) {
    const title = `${metric.label}, ${series.label}: ${data.periods.find((p) => p.name === period()).windows.find((w) => w.index === windowIndex()).label}`;
    const points = (data.distributions[cellName()] || []).filter((row) => row[0] === series.number)
      .map(([, branch, parameter, point, lower, upper]) => ({ branch, parameter, point, lower, upper }));
    if (!points.length) {
      const why = whyAbsent(series.number) || (data.left_out.includes("distributions") ? LEFT_OUT : "This page has distributions of the newest window of each period.");
      return h("figure", {}, h("figcaption", {}, title), h("p", { class: "muted" }, why));
    }
    const isDeciles = series.statistic === "deciles";
    const plot = isDeciles ? decilePlot(points) : curvePlot(points, series.statistic === "empirical_cdf");
    const header = isDeciles ? ["Quantile", "Branch", "Value", "95 % interval"] : ["Value", "Branch", series.statistic === "empirical_cdf" ? "Share at or below" : "Density"];
    const rows = points.map((d) => isDeciles
      ? [number(d.parameter), data.branches[d.branch], number(d.point), d.lower === null ? "–" : `${number(d.lower)} to ${number(d.upper)}`]
      : [number(d.parameter), data.branches[d.branch], number(d.point)]);
    return h("figure", { "data-statistic": series.statistic }, h("figcaption", {}, title), swatches(), described(plot, title), numbers(title, header, rows));
  }

  function valueScale(values) {
    const sorted = values.filter((value) => value !== null).sort(d3.ascending);
    const middle = d3.quantileSorted(sorted, 0.5);
    const isSkewed = sorted[0] >= 0 && middle > 0 && sorted[sorted.length - 1] > 20 * middle;
    return { label: "Value", type: isSkewed ? "symlog" : "linear", constant: isSkewed ? middle / 4 : undefined, ticks: 6, tickFormat: ".3~s" };
  }

  function decilePlot(points) {
    const count = data.branches.length;
    const shifted = points.map((d) => ({ ...d, y: d.parameter + (d.branch - (count - 1) / 2) * (0.05 / count) }));
    return Plot.plot({
      width: chartWidth(), height: 320, marginLeft: 60,
      x: { ...valueScale(points.map((d) => d.upper)), grid: true },
      y: { label: "Quantile", grid: true, domain: [0.05, 0.95], ticks: d3.range(1, 10).map((i) => i / 10), tickFormat: ".1f" },
      symbol: { domain: d3.range(count), range: data.branches.map((_, i) => SYMBOLS[i % 8]) },
      marks: [
        Plot.ruleY(shifted, { y: "y", x1: "lower", x2: "upper", stroke: (d) => color(d.branch), strokeWidth: 2 }),
        Plot.dot(shifted, { y: "y", x: "point", symbol: "branch", fill: (d) => color(d.branch), r: 4, tip: true, title: (d) => `${data.branches[d.branch]}, quantile ${d.parameter}: ${shown(d, false)}` }),
      ],
    });
  }

  function curvePlot(points, isCumulative) {
    const sorted = [...points].sort((a, b) => a.parameter - b.parameter);
    return Plot.plot({
      width: chartWidth(), height: 280, marginLeft: 60,
      x: { ...valueScale(points.map((d) => d.parameter)) },
      y: { label: isCumulative ? "Share of units at or below" : "Density", grid: true, ...(isCumulative ? { domain: [0, 1], tickFormat: ".0%" } : {}) },
      marks: [Plot.lineY(sorted, { x: "parameter", y: "point", z: "branch", stroke: (d) => color(d.branch), strokeWidth: 2, curve: isCumulative ? "step-after" : "linear" })],
    });
  }

  function chartWidth() { return Math.min(Math.max(document.getElementById("metrics").clientWidth, 240), 1100); }

  function numbers(title, header, rows) {
    const fold = h("details", { class: "numbers" }, h("summary", {}, "Numbers"));
    fold.addEventListener("toggle", () => {
      if (!fold.open || fold.childElementCount > 1) return;
      const head = h("tr", {}, header.map((text, i) => h("th", { scope: "col", class: i > 1 ? "n" : null }, text)));
      const body = rows.map((row) => h("tr", {}, row.map((text, i) => h("td", { class: i > 1 ? "n" : null }, text))));
      fold.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Numbers of ${title}` }, h("table", {}, h("thead", {}, head), h("tbody", {}, body))));
    });
    return fold;
  }

  // A link to a metric opens it, also where the search leaves it out.
  function openMetric(id) {
    const search = document.getElementById("search");
    if (!document.getElementById(id) && state.search) { state.search = search.value = ""; draw(); }
    const target = document.getElementById(id);
    if (!target) return;
    target.open = true;
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  }
})();
