import test from 'ava';
import picocolors from 'picocolors';
import { renderCsv } from '../../engine/cli/rows/csv.js';
import { renderMarkdown } from '../../engine/cli/rows/markdown.js';
import { renderNdjson } from '../../engine/cli/rows/ndjson.js';
import { renderTable } from '../../engine/cli/rows/table.js';

const result = {
  columns: ['id', 'name', 'size', 'name'],
  rows: [
    [1, 'plain', 12n ** 18n, null],
    [20, 'a "b",\nc|d', null, ''],
    [3, 'NULL', 1.5, new Uint8Array([0, 255])],
  ],
};

test('a table puts numbers to the right, marks null, and keeps every row on one line', (t) => {
  const text = renderTable(result, picocolors.createColors(false));
  t.is(
    text,
    [
      'id  name                         size  name',
      '--  -----------  --------------------  -------',
      ' 1  plain        26623333280885243904  NULL',
      '20  a "b",\\nc|d                  NULL',
      " 3  'NULL'                        1.5  x'00ff'",
      '',
    ].join('\n'),
  );
});

test('a table pads by what a terminal shows, not by the number of characters', (t) => {
  const text = renderTable(
    {
      columns: ['a', 'b'],
      rows: [
        ['漢字', 'x'],
        ['abcd', 'y'],
      ],
    },
    picocolors.createColors(false),
  );
  t.is(text, 'a     b\n----  -\n漢字  x\nabcd  y\n');
});

test('a result without rows is its header', (t) => {
  t.is(renderTable({ columns: ['a'], rows: [] }, picocolors.createColors(false)), 'a\n-\n');
  t.is(renderCsv({ columns: ['a', 'b'], rows: [] }), 'a,b\r\n');
  t.is(renderNdjson({ columns: ['a'], rows: [] }), '');
});

test('CSV quotes what RFC 4180 asks for and tells null from an empty text', (t) => {
  t.is(
    renderCsv(result),
    'id,name,size,name\r\n1,plain,26623333280885243904,\r\n20,"a ""b"",\nc|d",,""\r\n3,NULL,1.5,x\'00ff\'\r\n',
  );
});

test('Markdown escapes what would end a cell', (t) => {
  t.is(
    renderMarkdown({
      columns: ['n', 't'],
      rows: [
        [1, 'a|b\\\nc'],
        [null, null],
      ],
    }),
    '| n | t |\n| ---: | --- |\n| 1 | a\\|b\\\\<br>c |\n|  |  |\n',
  );
});

test('NDJSON is one object per row, with names that tell columns apart and integers kept exact', (t) => {
  const lines = renderNdjson(result).trimEnd().split('\n');
  t.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { id: 1, name: 'plain', size: '26623333280885243904', name_2: null },
      { id: 20, name: 'a "b",\nc|d', size: null, name_2: '' },
      { id: 3, name: 'NULL', size: 1.5, name_2: "x'00ff'" },
    ],
  );
});
