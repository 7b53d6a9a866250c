// Makes the stores beside it with the JavaScript implementation of Arrow: npm install apache-arrow@21.2.0, then node make_shards.mjs.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Field, FixedSizeList, Float32, Int32, Int64, RecordBatch, Schema, Struct, Table, Uint64, makeData, tableToIPC } from 'apache-arrow';

const plain = (type, data, nullBitmap, nullCount) => makeData({ type, length: data.length, data, nullBitmap, nullCount: nullCount ?? 0 });
const list = (item, width, data) => makeData({
  type: new FixedSizeList(width, new Field('item', item, false)), length: data.length / width, nullCount: 0, child: plain(item, data),
});

function write(folder, manifest, batches) {
  mkdirSync(folder, { recursive: true });
  const made = batches.map((columns) => {
    const fields = Object.entries(columns).map(([name, data]) => new Field(name, data.type, name === 'input_digest'));
    const children = Object.values(columns);
    const schema = new Schema(fields);
    return new RecordBatch(schema, makeData({ type: new Struct(fields), length: children[0].length, nullCount: 0, children }));
  });
  const bytes = tableToIPC(new Table(made), 'file');
  writeFileSync(`${folder}/part-0.arrow`, bytes);
  const rows = made.reduce((sum, batch) => sum + batch.numRows, 0);
  writeFileSync(`${folder}/part-0.json`, JSON.stringify({ rows, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
  writeFileSync(`${folder}/manifest.json`, JSON.stringify({ schema: 1, fingerprint: 'javascript', ...manifest }));
}

// Batches of 3 and 2 rows; the second one is a slice; the digest of sample 2 is missing.
const sliced = list(new Float32(), 2, Float32Array.from([99, 98, 6, 7, 8, 9])).slice(1, 2);
write('dense', { count: 5, representation: 'dense_float32', shape: [2], classes: 2 }, [
  {
    sample: plain(new Int64(), BigInt64Array.from([0n, 1n, 2n])),
    input_digest: plain(new Uint64(), BigUint64Array.from([10n, 11n, 0n]), Uint8Array.from([0b011]), 1),
    logits: list(new Float32(), 2, Float32Array.from([0, 1, 2, 3, 4, 5])),
  },
  {
    sample: plain(new Int64(), BigInt64Array.from([3n, 4n])),
    input_digest: plain(new Uint64(), BigUint64Array.from([13n, 14n])),
    logits: sliced,
  },
]);

// No digests, int32 classes; natural logarithms of 0.5, 0.25 and what remains, 0.25, of 6 classes.
const [a, b] = [Math.log(0.5), Math.log(0.25)];
write('lists', { count: 2, representation: 'top_k', k: 2, shape: [6], classes: 6 }, [
  {
    sample: plain(new Int32(), Int32Array.from([1, 0])),
    topk_classes: list(new Int32(), 2, Int32Array.from([5, 0, 3, 2])),
    topk_log_probabilities: list(new Float32(), 2, Float32Array.from([a, b, a, b])),
    remaining_log_probability: plain(new Float32(), Float32Array.from([b, b])),
  },
]);
