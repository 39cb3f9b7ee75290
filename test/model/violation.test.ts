import test from 'ava';
import { validate } from '../../engine/model/validate.js';
import { evaluate } from '../../engine/model/evaluate.js';
import { violationModel } from '../../engine/model/violation.js';
import { assignmentsOf, randomModel } from '../solve/random-model.js';

test('an assignment solves the violation model exactly if it violates the chosen constraints alone (seeds 1..400)', (t) => {
  let solved = 0;
  let impossible = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    const model = randomModel(seed);
    const origins = [...new Set(model.constraints.map(({ origin }) => origin))];
    for (const chosen of origins.slice(0, 3)) {
      const violating = violationModel(model, (origin) => origin === chosen);
      if (violating !== null) t.deepEqual(validate(violating), [], `seed ${seed}`);
      for (const values of assignmentsOf(model)) {
        const { violated, outOfDomain } = evaluate(model, values);
        const isWanted = outOfDomain.length === 0 && violated.length === 1 && violated[0] === chosen;
        const isSolution = violating !== null && evaluate(violating, values).violated.length === 0;
        if (isWanted) solved += 1;
        if (violating === null) impossible += 1;
        if (isWanted !== isSolution) t.fail(`seed ${seed}, origin ${chosen}, values ${values.join(' ')}`);
      }
    }
  }
  t.true(solved > 1000 && impossible > 0);
});
