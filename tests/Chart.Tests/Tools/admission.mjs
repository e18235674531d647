// Decides a request by a ValidatingAdmissionPolicy, as far as the chart uses one. Reads {policy, request, object, oldObject}
// from stdin and prints the messages of the validations that fail, one a line, or "not matched".
import { readFileSync } from 'node:fs';
import { evaluate } from '@marcbachmann/cel-js';

const { policy, ...request } = JSON.parse(readFileSync(0, 'utf8'));
const { matchConditions, variables = [], validations } = policy.spec;
if (!matchConditions.every(one => evaluate(one.expression, request))) {
  console.log('not matched');
} else {
  const context = { ...request, variables: {} };
  for (const { name, expression } of variables) {
    context.variables[name] = evaluate(expression, context);
  }

  for (const { expression, message } of validations) {
    let holds = false;
    try {
      holds = evaluate(expression, context) === true;
    } catch {
      // failurePolicy: Fail.
    }

    if (!holds) {
      console.log(message);
    }
  }
}
