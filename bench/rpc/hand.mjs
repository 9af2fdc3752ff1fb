/**
 * The limit that the runtime is held against: RPC for exactly one method, written by hand for one transport.
 * Frame: u32 length, u32 call id, then x and y as f64 and the point's id as varint. One promise and one map entry
 * a call; frames of one tick leave in one write; frames are read in place.
 */
import net from "node:net";

const ROOM = 64;

class Pipe {
  constructor(socket, onFrame) {
    this.socket = socket;
    this.onFrame = onFrame;
    this.out = Buffer.allocUnsafeSlow(1 << 16);
    this.outView = new DataView(this.out.buffer);
    this.from = 0;
    this.to = 0;
    this.flushing = false;
    this.rest = undefined;
    this.flush = this.flush.bind(this);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => this.receive(chunk));
  }

  send(callId, point) {
    if (this.to + ROOM > this.out.length) {
      this.flush();
      if (this.to + ROOM > this.out.length) this.renew();
    }
    const { out, outView } = this;
    const start = this.to;
    outView.setUint32(start + 4, callId, true);
    outView.setFloat64(start + 8, point.x, true);
    outView.setFloat64(start + 16, point.y, true);
    let at = start + 24;
    let value = point.id;
    while (value > 127) {
      out[at++] = (value & 127) | 128;
      value >>>= 7;
    }
    out[at++] = value;
    outView.setUint32(start, at - start - 4, true);
    this.to = at;
    if (!this.flushing) {
      this.flushing = true;
      queueMicrotask(this.flush);
    }
  }

  flush() {
    this.flushing = false;
    if (this.from === this.to) return;
    this.socket.write(this.out.subarray(this.from, this.to));
    if (this.socket.writableLength === 0) this.from = this.to = 0;
    else this.from = this.to;
  }

  renew() {
    this.out = Buffer.allocUnsafeSlow(1 << 16);
    this.outView = new DataView(this.out.buffer);
    this.from = this.to = 0;
  }

  receive(chunk) {
    this.flushing = true;
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + view.getUint32(at, true);
      if (end > bytes.length) break;
      this.onFrame(bytes, view, at + 4);
      at = end;
    }
    this.rest = at === bytes.length ? undefined : bytes.subarray(at);
    this.flush();
  }
}

function readPoint(bytes, view, at) {
  let position = at + 16;
  let id = 0;
  let shift = 0;
  let byte;
  do {
    byte = bytes[position++];
    id |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return { x: view.getFloat64(at, true), y: view.getFloat64(at + 8, true), id: id >>> 0 };
}

export async function serve() {
  const server = net.createServer((socket) => {
    const pipe = new Pipe(socket, (bytes, view, at) =>
      pipe.send(view.getUint32(at, true), readPoint(bytes, view, at + 4)),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

export async function connect(port) {
  const socket = net.connect({ port, host: "127.0.0.1" });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const pending = new Map();
  let next = 1;
  const pipe = new Pipe(socket, (bytes, view, at) => {
    const callId = view.getUint32(at, true);
    const resolve = pending.get(callId);
    pending.delete(callId);
    resolve(readPoint(bytes, view, at + 4));
  });
  return (point) =>
    new Promise((resolve) => {
      const callId = next++;
      pending.set(callId, resolve);
      pipe.send(callId, point);
    });
}
