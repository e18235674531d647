// Reads {"tables": [{"name", "columns"}], "functions": [{"name", "parameters", "body"}], "queries": [text]} on stdin and prints
// for each query the list of its errors and warnings. Columns are written as (A:string, B:dynamic).
const { createRequire } = require('node:module');
const packages = createRequire(`${process.cwd()}/`);
packages('@kusto/language-service-next/bridge.js');
packages('@kusto/language-service-next/Kusto.Language.Bridge.js');
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const list = enumerable => {
  const items = [];
  const each = Bridge.getEnumerator(enumerable);
  while (each.moveNext()) items.push(each.Current);
  return items;
};
const tables = input.tables.map(table => Symbols.TableSymbol.From(table.columns).WithName(table.name));
const functions = (input.functions ?? []).map(f => new Symbols.FunctionSymbol.$ctor16(f.name, f.parameters, f.body, ''));
const database = new Symbols.DatabaseSymbol.$ctor1('audit', [...tables, ...functions], false);
const globals = GlobalState.Default.WithDatabase(database);
const answers = input.queries.map(query => {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  return list(code.GetDiagnostics()).filter(d => d.Severity === 'Error' || d.Severity === 'Warning').map(d => `${d.Code} at ${d.Start}: ${d.Message}`);
});
process.stdout.write(JSON.stringify(answers));
