// Reads a JSON list of LogQL queries on stdin; prints for each query the offsets at which it does not follow the grammar.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { parser } = createRequire(`${process.cwd()}/`)('@grafana/lezer-logql');
const answers = JSON.parse(readFileSync(0, 'utf8')).map(query => {
  const wrong = [];
  parser.parse(query).iterate({ enter: node => { if (node.type.isError) wrong.push(`at ${node.from}: ${query.slice(node.from, node.from + 30)}`); } });
  return wrong;
});
process.stdout.write(JSON.stringify(answers));
