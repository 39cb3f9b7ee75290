import type { SourceFile } from '../base/source.js';
import { NumberReader } from './number-reader.js';

/** A machine of a model file; lists are by resource, `moveCosts` by machine. */
export interface RoadefMachine {
  readonly neighborhood: number;
  readonly location: number;
  readonly capacities: readonly number[];
  readonly safetyCapacities: readonly number[];
  readonly moveCosts: readonly number[];
}

/** A model file of the ROADEF/EURO challenge 2012; what has no id is numbered from 0 as it stands in the file. */
export interface RoadefModel {
  readonly resources: readonly { readonly transient: number; readonly loadWeight: number }[];
  readonly machines: readonly RoadefMachine[];
  readonly services: readonly { readonly minSpread: number; readonly needs: readonly number[] }[];
  readonly processes: readonly {
    readonly service: number;
    readonly needs: readonly number[];
    readonly moveCost: number;
  }[];
  readonly balances: readonly {
    readonly resource: number;
    readonly counterpart: number;
    readonly target: number;
    readonly weight: number;
  }[];
  readonly weights: {
    readonly processMove: number;
    readonly serviceMove: number;
    readonly machineMove: number;
  };
}

const MODEL_ORDER =
  'a model file holds resources, machines, services, processes, balance costs and the three weights of moves, in this order';
const ASSIGNMENT_ORDER = 'an assignment file holds the machine of each process of the model, numbered from 0';

/** Counts beyond this are taken for a file of another kind rather than tried. */
const MOST = 1_000_000;

/** Reads a model file. Throws DiagnosticError import/bad-file at the number that is wrong. */
export function readRoadefModel(source: SourceFile): RoadefModel {
  const reader = new NumberReader(source, MODEL_ORDER);
  const countOf = (what: string): number => reader.next(() => `the number of ${what}`, 0, MOST);
  const each = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_none, index) => make(index));

  const resources = each(countOf('resources'), (r) => ({
    transient: reader.next(() => `the transient flag of resource ${r}`, 0, 1),
    loadWeight: reader.next(() => `the load weight of resource ${r}`),
  }));
  const machineCount = countOf('machines');
  const machines = each(machineCount, (m) => {
    const perResource = (what: string): number[] =>
      reader.list(resources.length, (r) => `the ${what} of machine ${m} for resource ${r}`);
    return {
      neighborhood: reader.next(() => `the neighbourhood of machine ${m}`),
      location: reader.next(() => `the location of machine ${m}`),
      capacities: perResource('capacity'),
      safetyCapacities: perResource('safety capacity'),
      moveCosts: each(machineCount, (to) => {
        const cost = reader.next(() => `the cost of a move from machine ${m} to ${to}`);
        if (m === to && cost !== 0)
          throw reader.problem(`staying on machine ${m} costs ${cost}, where it must cost 0`);
        return cost;
      }),
    };
  });
  const serviceCount = countOf('services');
  const services = each(serviceCount, (s) => {
    const minSpread = reader.next(() => `the least spread of service ${s}`);
    const needed = reader.next(() => `the number of services that service ${s} depends on`, 0, serviceCount);
    const what = (): string => `a service that service ${s} depends on`;
    return { minSpread, needs: reader.list(needed, what, 0, serviceCount - 1) };
  });
  const processes = each(countOf('processes'), (p) => ({
    service: reader.next(() => `the service of process ${p}`, 0, serviceCount - 1),
    needs: reader.list(resources.length, (r) => `what process ${p} needs of resource ${r}`),
    moveCost: reader.next(() => `the move cost of process ${p}`),
  }));
  const balances = each(countOf('balance costs'), (b) => ({
    resource: reader.next(() => `the first resource of balance cost ${b}`, 0, resources.length - 1),
    counterpart: reader.next(() => `the second resource of balance cost ${b}`, 0, resources.length - 1),
    target: reader.next(() => `the target of balance cost ${b}`),
    weight: reader.next(() => `the weight of balance cost ${b}`),
  }));
  const weights = {
    processMove: reader.next(() => 'the weight of process moves'),
    serviceMove: reader.next(() => 'the weight of service moves'),
    machineMove: reader.next(() => 'the weight of machine moves'),
  };
  reader.finish('the weight of machine moves');
  return { resources, machines, services, processes, balances, weights };
}

/** Reads an assignment file: the machine of each process. Throws DiagnosticError import/bad-file. */
export function readRoadefAssignment(source: SourceFile, model: RoadefModel): number[] {
  const reader = new NumberReader(source, ASSIGNMENT_ORDER);
  const { processes, machines } = model;
  const found = reader.list(processes.length, (p) => `the machine of process ${p}`, 0, machines.length - 1);
  reader.finish(`the machine of the last of ${processes.length} processes`);
  return found;
}
