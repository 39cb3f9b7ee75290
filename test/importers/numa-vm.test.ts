import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { findImporter } from '../../engine/importers/find-importer.js';
import { openNumaVm } from '../../engine/importers/numa-vm.js';
import type { LoopEvent } from '../../engine/loop/controller.js';

const HOSTS = `host_id,rack_id,numa0_free_cpu,numa0_free_ram_gib,numa1_free_cpu,numa1_free_ram_gib
host-0,0,16,32,32,64
host-1,0,4,8,0,0
host-7,3,1,2,3,4
`;
const REQUESTS = `seq,vcpus,ram_gib,numa_nodes,strategy,group_id,fault_domain
0,8,16,1,fault_domain,0,1
1,2,4,2,none,,
4,1,1,1,affinity,5,
`;

/** Writes the two files into a folder of their own and runs `use` on it. */
function withFiles<T>(hosts: string | Buffer, requests: string | Buffer, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'numa-vm-'));
  const zip = (content: string | Buffer): Buffer =>
    typeof content === 'string' ? gzipSync(content) : content;
  writeFileSync(join(folder, 'hosts.csv.gz'), zip(hosts));
  writeFileSync(join(folder, 'vm_requests_C1.csv.gz'), zip(requests));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const put = (atUs: number, table: string, row: object): LoopEvent => ({
  atUs,
  type: 'put',
  fields: { table, row },
});

test('hosts become racks, hosts and two NUMA nodes each; requests become VMs with a solve after each batch', (t) => {
  const events = withFiles(HOSTS, REQUESTS, (folder) => [...openNumaVm(folder, 2).events]);
  t.deepEqual(events.slice(0, 5), [
    put(0, 'vm_rack', { rack_id: 0 }),
    put(0, 'vm_host', { host_id: 0, rack_id: 0 }),
    put(0, 'vm_numa_node', { numa_node_id: 0, host_id: 0, numa: 0, cores: 16, memory_gib: 32 }),
    put(0, 'vm_numa_node', { numa_node_id: 1, host_id: 0, numa: 1, cores: 32, memory_gib: 64 }),
    put(0, 'vm_host', { host_id: 1, rack_id: 0 }),
  ]);
  const vm = { strategy: 'none', group_id: null, fault_domain: null };
  t.deepEqual(events.slice(-5), [
    put(1_000_000, 'vm', {
      ...vm,
      vm_id: 0,
      seq: 0,
      cores: 8,
      memory_gib: 16,
      numa_count: 1,
      strategy: 'fault_domain',
      group_id: 0,
      fault_domain: 1,
    }),
    put(1_000_000, 'vm', { ...vm, vm_id: 1, seq: 1, cores: 2, memory_gib: 4, numa_count: 2 }),
    { atUs: 1_000_000, type: 'solve', fields: {} },
    put(2_000_000, 'vm', {
      ...vm,
      vm_id: 4,
      seq: 4,
      cores: 1,
      memory_gib: 1,
      numa_count: 1,
      strategy: 'affinity',
      group_id: 5,
    }),
    { atUs: 2_000_000, type: 'solve', fields: {} },
  ]);
  t.is(events.filter(({ fields }) => fields['table'] === 'vm_rack').length, 2);
  t.deepEqual(
    events
      .filter(({ fields }) => fields['table'] === 'vm_numa_node')
      .map(({ fields }) => (fields['row'] as { numa_node_id: number }).numa_node_id),
    [0, 1, 2, 3, 14, 15],
  );
});

test('a last batch that is full is solved once, and the requests file may be named itself', (t) => {
  const events = withFiles(HOSTS, REQUESTS, (folder) => [
    ...openNumaVm(join(folder, 'vm_requests_C1.csv.gz')).events,
    ...openNumaVm(folder, 3).events,
  ]);
  t.is(events.filter(({ type }) => type === 'solve').length, 2);
});

const broken: readonly (readonly [title: string, hosts: string, requests: string, message: RegExp])[] = [
  [
    'a field that is no number',
    HOSTS,
    REQUESTS.replace('1,2,4', '1,two,4'),
    /vm_requests_C1\.csv\.gz, row 3: `vcpus` is `two`/,
  ],
  [
    'a negative amount',
    HOSTS.replace('16,32', '-1,32'),
    REQUESTS,
    /hosts\.csv\.gz, row 2: `numa0_free_cpu` is `-1`/,
  ],
  [
    'a host without a number',
    HOSTS.replace('host-1', 'host-x'),
    REQUESTS,
    /hosts\.csv\.gz, row 3: `host_id` is `host-x`/,
  ],
  [
    'a host twice',
    HOSTS.replace('host-7', 'host-0'),
    REQUESTS,
    /hosts\.csv\.gz, row 4: host 0 is there twice/,
  ],
  ['a row of another length', HOSTS, `${REQUESTS}5,1\n`, /row 5: 2 fields where the first row has 7/],
  ['a missing column', HOSTS, REQUESTS.replace('ram_gib', 'ram'), /row 1: there is no column `ram_gib`/],
  [
    'an unknown strategy',
    HOSTS,
    REQUESTS.replace('affinity', 'luck'),
    /row 4: `strategy` is `luck`, not one of none/,
  ],
  [
    'an order that goes back',
    HOSTS,
    REQUESTS.replace('4,1,1,1', '1,1,1,1'),
    /row 4: `seq` is `1`, not an integer from 2/,
  ],
  ['three NUMA nodes', HOSTS, REQUESTS.replace('2,4,2', '2,4,3'), /row 3: `numa_nodes` is more than 2/],
  [
    'a group without a strategy',
    HOSTS,
    REQUESTS.replace('none,,', 'none,1,'),
    /row 3: a strategy and a `group_id`/,
  ],
  [
    'a strategy without its fault domain',
    HOSTS,
    REQUESTS.replace('0,1\n', '0,\n'),
    /row 2: `fault_domain` is for/,
  ],
];

for (const [title, hosts, requests, message] of broken) {
  test(`${title} is an error that names the file and the row`, (t) => {
    const error = t.throws(() => withFiles(hosts, requests, (folder) => [...openNumaVm(folder).events]), {
      instanceOf: DiagnosticError,
    });
    const [diagnostic] = must(error, 'an error').diagnostics;
    t.is(diagnostic?.code, 'replay/bad-record');
    t.regex(diagnostic?.message ?? '', message);
  });
}

test('a gzip file that is cut off is an error that names the file', (t) => {
  const half = gzipSync(REQUESTS).subarray(0, 40);
  t.throws(() => withFiles(HOSTS, half, (folder) => [...openNumaVm(folder).events]), {
    instanceOf: DiagnosticError,
    message: /vm_requests_C1\.csv\.gz` is no whole gzip file/,
  });
});

test('a format of an unknown name is refused with the nearest one', (t) => {
  const error = t.throws(() => findImporter('numa-vn'), { instanceOf: DiagnosticError });
  t.is(error.diagnostics[0]?.code, 'replay/unknown-format');
  t.is(error.diagnostics[0]?.help, 'did you mean `numa-vm`?');
});
