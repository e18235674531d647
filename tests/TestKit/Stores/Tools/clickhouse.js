// ClickHouse's HTTP interface in front of the engine in this process, as far as the tests need it: a statement in the body, or in
// the parameter "query" with data in the body; the parameter "database"; user and password in headers. Prints its address. Ends with
// its standard input. Arguments: the directory of the data, a user and a password.
const http = require('node:http');
const { createRequire } = require('node:module');
const { Session } = createRequire(`${process.cwd()}/`)('chdb');

const [directory, user, password] = process.argv.slice(2);
const session = new Session(directory, { connectionArgs: ['--max_threads=2'] });
let current = 'default';

function run(database, statement) {
  if (database !== current) {
    session.query(`USE ${database}`);
    current = database;
  }
  return session.query(statement, 'TabSeparated');
}

http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part)).on('end', () => {
    const answer = (status, text) => response.writeHead(status, { 'content-type': 'text/plain; charset=UTF-8' }).end(text);
    if (request.headers['x-clickhouse-user'] !== user || request.headers['x-clickhouse-key'] !== password) {
      return answer(403, `Code: 516. DB::Exception: ${request.headers['x-clickhouse-user'] ?? 'default'}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)\n`);
    }
    const parameters = new URL(request.url, 'http://host').searchParams;
    const body = Buffer.concat(parts).toString();
    try {
      answer(200, run(parameters.get('database') ?? 'default', parameters.has('query') ? `${parameters.get('query')}\n${body}` : body));
    } catch (error) {
      answer(error.clickhouseCode === 60 ? 404 : 500, `${error.message.replace(/^Query failed: /, '')}\n`);
    }
  });
}).listen(0, '127.0.0.1', function () { console.log(`http://127.0.0.1:${this.address().port}/`); });

process.stdin.resume().on('end', () => process.exit(0));
