/**
 * The panels of the training report as Vega group marks. Blue is what the network does right, orange its mistakes.
 *
 * @module
 */
import type { Config, GroupMark, Mark } from "vega";
import type { BatchLoss, EpochResult, Mistake } from "./report.ts";

const BLUE = "#1f5fa8";
const PALE_BLUE = "#a9c8e8";
const ORANGE = "#d9601a";
const INK = "#24292f";
const MUTED = "#6b7480";
const RULE = "#e3e7ec";
const FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/** Fonts and colours that all panels share. */
export const THEME: Config = {
  axis: {
    domainColor: RULE,
    gridColor: RULE,
    labelColor: MUTED,
    labelFont: FONT,
    labelFontSize: 12,
    tickColor: RULE,
    titleColor: MUTED,
    titleFont: FONT,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
  },
  legend: { labelColor: INK, labelFont: FONT, labelFontSize: 12, symbolStrokeWidth: 3, symbolSize: 200 },
  text: { font: FONT },
};

/** Where a panel lies in the report, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Room on the left for axis labels; the title starts there. */
  readonly margin: number;
}

/** One line of text that starts at `x` with its baseline at `y`. */
function line(text: string, x: number, y: number, size: number, color: string): Mark {
  return {
    type: "text",
    encode: {
      enter: {
        x: { value: x },
        y: { value: y },
        text: { value: text },
        fontSize: { value: size },
        fontWeight: { value: size > 12 ? "bold" as const : "normal" as const },
        fill: { value: color },
      },
    },
  };
}

/** The title of the report and the line under it. */
export function heading(title: string, summary: string): Mark[] {
  return [line(title, 0, 18, 22, INK), line(summary, 0, 42, 12, MUTED)];
}

/** A group with a title above its box; `parts` fill it in its own coordinates. */
function panel(box: Box, title: string, subtitle: string, parts: Partial<GroupMark>): GroupMark {
  const { x, y, width, height } = box;
  return {
    type: "group",
    // Axes and grid lines take their lengths from these.
    signals: [{ name: "width", value: width }, { name: "height", value: height }],
    encode: { enter: { x: { value: x }, y: { value: y }, width: { value: width }, height: { value: height } } },
    ...parts,
    marks: [
      line(title, -box.margin, -34, 15, INK),
      line(subtitle, -box.margin, -15, 12, MUTED),
      ...parts.marks ?? [],
    ],
  };
}

/** The marks 1, 2 and 5 of every decade, from the last one below `low` to the first one above `high`. */
function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (
    let decade = Math.floor(Math.log10(low));
    decade <= Math.ceil(Math.log10(high));
    decade++
  ) {
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${decade}`));
  }
  const first = ticks.findLastIndex((tick) => tick <= low);
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(first, last + 1);
}

/** The loss of every batch and of every epoch's test, on a logarithmic axis. */
export function lossPanel(batches: readonly BatchLoss[], epochs: readonly EpochResult[], box: Box): GroupMark {
  const lines = [
    ...tenths(batches).map(({ epoch, loss }) => ({ series: "training batches", epoch, loss })),
    ...epochs.map(({ epoch, testLoss }) => ({ series: "test digits", epoch, loss: testLoss })),
  ];
  const ticks = logTicks(Math.min(...lines.map(({ loss }) => loss)), Math.max(...lines.map(({ loss }) => loss)));
  const position = { x: { scale: "x", field: "epoch" }, y: { scale: "y", field: "loss" } };
  const path = (data: string, color: string, width: number): Mark => ({
    type: "line",
    from: { data },
    encode: { enter: { ...position, stroke: { value: color }, strokeWidth: { value: width } } },
  });
  return panel(
    box,
    "Loss",
    "Cross-entropy on a logarithmic scale; training as the mean of each tenth of an epoch",
    {
      data: [
        { name: "lines", values: lines },
        {
          name: "training",
          source: "lines",
          transform: [{ type: "filter", expr: "datum.series !== 'test digits'" }],
        },
        { name: "test", source: "lines", transform: [{ type: "filter", expr: "datum.series === 'test digits'" }] },
      ],
      scales: [
        {
          name: "x",
          type: "linear",
          domain: [0, Math.max(1, epochs.length)],
          range: [0, box.width],
        },
        { name: "y", type: "log", domain: [ticks[0], ticks[ticks.length - 1]], range: [box.height, 0] },
        { name: "series", type: "ordinal", domain: ["training batches", "test digits"], range: [PALE_BLUE, BLUE] },
      ],
      axes: [
        {
          orient: "bottom",
          scale: "x",
          title: "epoch",
          tickCount: Math.min(10, epochs.length),
          format: "d",
        },
        { orient: "left", scale: "y", grid: true, values: ticks, format: "~g", domain: false, ticks: false },
      ],
      legends: [
        { stroke: "series", symbolType: "stroke", orient: "none", legendX: box.width - 130, legendY: 4, offset: 0 },
      ],
      marks: [
        path("training", PALE_BLUE, 1.25),
        path("test", BLUE, 2.5),
        {
          type: "symbol",
          from: { data: "test" },
          encode: {
            enter: {
              ...position,
              size: { value: 40 },
              fill: { value: BLUE },
              stroke: { value: "white" },
              strokeWidth: { value: 1.5 },
            },
          },
        },
      ],
    },
  );
}

/** Means over each tenth of an epoch, which takes the noise of single batches out of the curve. */
function tenths(batches: readonly BatchLoss[]): BatchLoss[] {
  const groups = Map.groupBy(batches, ({ epoch }) => Math.ceil(10 * epoch - 1e-9));
  return [...groups].map(([tenth, group]) => ({
    epoch: (tenth - 0.5) / 10,
    loss: group.reduce((sum, { loss }) => sum + loss, 0) / group.length,
  }));
}

/** Counts by actual and predicted digit. */
export function confusionPanel(confusion: readonly (readonly number[])[], box: Box): GroupMark {
  const cells = confusion.flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })));
  const wrong = cells.reduce((sum, { actual, predicted, count }) => sum + (actual === predicted ? 0 : count), 0);
  const place = { x: { scale: "x", field: "predicted" }, y: { scale: "y", field: "actual" } };
  const center = { x: { ...place.x, band: 0.5 }, y: { ...place.y, band: 0.5 } };
  const right = "datum.actual === datum.predicted";
  return panel(
    box,
    "Confusion matrix",
    `Test digits by class; ${wrong} mistakes in orange`,
    {
      data: [{ name: "cells", values: cells }],
      scales: [
        {
          name: "x",
          type: "band",
          domain: { data: "cells", field: "predicted" },
          range: [0, box.width],
          padding: 0.06,
        },
        {
          name: "y",
          type: "band",
          domain: { data: "cells", field: "actual" },
          range: [0, box.height],
          padding: 0.06,
        },
        {
          name: "right",
          type: "linear",
          domain: { data: "cells", field: "count" },
          domainMin: 0,
          range: ["#eef4fb", BLUE],
        },
        {
          name: "wrong",
          type: "sqrt",
          domain: [0, Math.max(4, ...cells.filter((c) => c.actual !== c.predicted).map((c) => c.count))],
          range: ["#fdf3ec", ORANGE],
        },
      ],
      axes: [
        { orient: "bottom", scale: "x", title: "predicted", domain: false, ticks: false },
        { orient: "left", scale: "y", title: "actual", domain: false, ticks: false, titleAngle: -90 },
      ],
      marks: [
        {
          type: "rect",
          from: { data: "cells" },
          encode: {
            enter: {
              ...place,
              width: { scale: "x", band: 1 },
              height: { scale: "y", band: 1 },
              cornerRadius: { value: 3 },
              fill: [
                { test: right, scale: "right", field: "count" },
                { test: "datum.count > 0", scale: "wrong", field: "count" },
                { value: "#f6f7f9" },
              ],
            },
          },
        },
        {
          type: "text",
          from: { data: "cells" },
          encode: {
            enter: {
              ...center,
              align: { value: "center" },
              baseline: { value: "middle" },
              fontSize: { value: 12 },
              text: { signal: "datum.count > 0 ? datum.count : ''" },
              fill: [{ test: right, value: "white" }, { value: INK }],
            },
          },
        },
      ],
    },
  );
}

/** The misread digits, each with what it is and what the network took it for. */
export function mistakesPanel(
  mistakes: readonly (Omit<Mistake, "pixels"> & { readonly url: string })[],
  box: Box,
): GroupMark {
  const shown = mistakes.slice(0, 12);
  const title = shown.length === 0 ? "No test digit was misread" : "Most confident mistakes";
  const tile = 64;
  const caption = { y: { value: tile + 22 }, fontSize: { value: 14 }, fontWeight: { value: "bold" as const } };
  const column = { scale: "x", field: "index", band: 0.5 };
  const label = (text: string, dx: number, color: string): Mark => ({
    type: "text",
    from: { data: "mistakes" },
    encode: {
      enter: {
        ...caption,
        x: { ...column, offset: dx },
        text: { signal: text },
        align: { value: "center" },
        fill: { value: color },
      },
    },
  });
  return panel(
    box,
    title,
    "Actual digit → what the network read, with its probability",
    {
      data: [{
        name: "mistakes",
        values: shown.map((mistake, index) => ({ ...mistake, index })),
      }],
      scales: [{
        name: "x",
        type: "band",
        domain: Array.from({ length: 12 }, (_, i) => i),
        range: [-6, box.width + 6],
      }],
      marks: [
        {
          type: "rect",
          from: { data: "mistakes" },
          encode: {
            enter: {
              xc: column,
              y: { value: 0 },
              width: { value: tile + 4 },
              height: { value: tile + 4 },
              fill: { value: "white" },
              stroke: { value: RULE },
              cornerRadius: { value: 4 },
            },
          },
        },
        {
          type: "image",
          from: { data: "mistakes" },
          encode: {
            enter: {
              xc: column,
              y: { value: 2 },
              width: { value: tile },
              height: { value: tile },
              url: { field: "url" },
              smooth: { value: false },
            },
          },
        },
        label("datum.actual", -17, BLUE),
        label("'→'", 0, MUTED),
        label("datum.predicted", 17, ORANGE),
        {
          type: "text",
          from: { data: "mistakes" },
          encode: {
            enter: {
              x: column,
              y: { value: tile + 40 },
              align: { value: "center" },
              fontSize: { value: 11 },
              fill: { value: MUTED },
              text: { signal: "format(datum.confidence, '.1%')" },
            },
          },
        },
      ],
    },
  );
}
