/** The page: a board, the numbers of this tab and of all, and a button that kills the server. */

import { connection, useClient, useConnectionState, useStream } from "@voxrpc/react";
import { channel } from "@voxrpc/runtime";
import { connect, reconnecting } from "@voxrpc/runtime/web";
import { StrictMode, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { Board, type Entry, type Mark } from "../gen/board.vox.js";
import { Outbox } from "./outbox.js";
import { tallyOf } from "./tally.js";

const columns = 32;
const rows = 12;
/** How often a tab that draws by itself adds a mark, ms. */
const drawMs = 40;
const me = crypto.randomUUID().slice(0, 4);
const outbox = new Outbox();
const board = connection(() =>
  connect(Board, {
    reconnect: reconnecting({ minDelayMs: 50, maxDelayMs: 1000, maxElapsedMs: Number.POSITIVE_INFINITY }),
  }),
);

const hueOf = (writer: string): string => `hsl(${Number.parseInt(writer, 16) % 360} 75% 55%)`;

function State() {
  const state = useConnectionState(board);
  const losses = state.kind === "open" ? state.reconnects : 0;
  const times = losses === 0 ? "" : `, after ${losses} ${losses === 1 ? "loss" : "losses"}`;
  return (
    <span id="state" className={`state ${state.kind}`}>
      {state.kind}
      {times}
    </span>
  );
}

/** Sends the marks of this tab, and gives the number of the last one that is in the journal. */
function useConfirmed(): number {
  const client = useClient(board);
  const confirmed = useStream<number>(
    client,
    (numbers, options) => {
      const marks = channel<Mark>();
      // A lost stream ends here, too; `useStream` makes the call again.
      outbox.sendTo(marks.tx).catch(() => {});
      return client.draw(me, marks.rx, numbers, options);
    },
    [],
    { maxItems: 1, onAgain: "keep" },
  );
  const number = confirmed.last ?? 0;
  useEffect(() => outbox.confirm(number), [number]);
  return number;
}

function Numbers({ entries, received }: { readonly entries: readonly Entry[]; readonly received: number }) {
  const sent = useSyncExternalStore(outbox.subscribe, outbox.sent);
  const confirmed = useConfirmed();
  const { byWriter, lost, doubled } = useMemo(() => tallyOf(entries), [entries]);
  return (
    <section className="numbers">
      <dl>
        <Figure name="sent" value={sent} />
        <Figure name="confirmed" value={confirmed} />
        <Figure name="received" value={received} />
        <Figure name="newest" value={entries.at(-1)?.sequence ?? 0} />
        <Figure name="lost" value={lost} />
        <Figure name="doubled" value={doubled} />
      </dl>
      <table>
        <tbody>
          {[...byWriter].map(([writer, marks]) => (
            <tr key={writer} data-writer={writer}>
              <th style={{ color: hueOf(writer) }}>
                ■ {writer}
                {writer === me ? " (this tab)" : ""}
              </th>
              <td>{marks}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd id={name}>{value}</dd>
    </div>
  );
}

function Cells({ entries }: { readonly entries: readonly Entry[] }) {
  const { cells } = useMemo(() => tallyOf(entries), [entries]);
  return (
    <div className="cells" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}>
      {Array.from({ length: columns * rows }, (_, at) => {
        const [column, row] = [at % columns, Math.floor(at / columns)];
        const writer = cells.get(`${column},${row}`);
        return (
          <button
            key={`${column},${row}`}
            type="button"
            aria-label={`column ${column}, row ${row}`}
            style={writer === undefined ? undefined : { background: hueOf(writer) }}
            onClick={() => outbox.add(column, row)}
          />
        );
      })}
    </div>
  );
}

function Drawing() {
  const [isDrawing, setDrawing] = useState(false);
  useEffect(() => {
    if (!isDrawing) return;
    const timer = setInterval(
      () => outbox.add(Math.floor(Math.random() * columns), Math.floor(Math.random() * rows)),
      drawMs,
    );
    return () => clearInterval(timer);
  }, [isDrawing]);
  return (
    <button id="draw" type="button" onClick={() => setDrawing(!isDrawing)}>
      {isDrawing ? "Stop drawing" : "Draw"}
    </button>
  );
}

function Page() {
  const client = useClient(board);
  const entries = useStream<Entry>(
    client,
    (out, options, last) => client.watch(last?.sequence ?? 0, out, options),
    [],
    { maxItems: 20_000, onAgain: "keep" },
  );
  // The server takes the call and the connection with it, so the call never gets an answer.
  const kill = (): void => void client.kill().catch(() => {});
  return (
    <main>
      <header>
        <h1>Live board</h1>
        <State />
        <Drawing />
        <button id="kill" type="button" onClick={kill}>
          Kill the server
        </button>
      </header>
      <Cells entries={entries.items} />
      <Numbers entries={entries.items} received={entries.received} />
    </main>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no element for the board");
createRoot(root).render(
  <StrictMode>
    <Suspense fallback={<p className="waiting">connecting</p>}>
      <Page />
    </Suspense>
  </StrictMode>,
);
