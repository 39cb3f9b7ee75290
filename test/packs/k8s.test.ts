import test from 'ava';
import { runCliHere } from '../cli/helpers/run-cli-here.js';

test('every policy test of the pack passes', async (t) => {
  const { exit, stdout, stderr } = await runCliHere(['test', 'policies/k8s'], {});
  t.is(exit, 0, stdout + stderr);
});
