// A collector of OpenTelemetry logs with ClickHouse behind it, as one process that a test can kill: it answers a batch only after
// ClickHouse has it. Arguments: its port, ClickHouse's URL with its database, user and password. Prints a line once it listens.
const http = require('node:http');

const [port, store, user, password] = process.argv.slice(2);

// The fields of a protobuf message that have a length, by number.
function* fields(message) {
  for (let at = 0; at < message.length;) {
    const varint = () => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = message[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    const tag = varint();
    switch (tag & 7) {
      case 0: varint(); break;
      case 1: at += 8; break;
      case 2: { const length = varint(); yield [tag >> 3, message.subarray(at, at + length)]; at += length; break; }
      case 5: at += 4; break;
      default: throw new Error('not a message of OpenTelemetry');
    }
  }
}

const all = (message, number) => [...fields(message)].filter(([n]) => n === number).map(([, bytes]) => bytes);
const text = value => all(value, 1).map(bytes => bytes.toString())[0] ?? '';

function rows(body) {
  return all(body, 1).flatMap(resource => {
    const service = all(resource, 1).flatMap(r => all(r, 1)).filter(a => text(a) === 'service.name').map(a => text(all(a, 2)[0]))[0] ?? '';
    return all(resource, 2).flatMap(scope => all(scope, 2)).map(record => ({ ServiceName: service, Body: text(all(record, 5)[0]) }));
  });
}

http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part)).on('end', async () => {
    try {
      const data = rows(Buffer.concat(parts)).map(row => JSON.stringify(row)).join('\n');
      const url = new URL(store);
      url.searchParams.set('query', 'INSERT INTO otel_logs FORMAT JSONEachRow');
      const stored = await fetch(url, { method: 'POST', body: data, headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password } });
      response.writeHead(stored.ok ? 200 : 503, { 'content-type': 'application/x-protobuf' }).end();
    } catch {
      response.writeHead(503).end();
    }
  });
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));

process.stdin.resume().on('end', () => process.exit(0));
