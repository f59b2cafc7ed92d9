// Computes the worked handshake of docs/protocol.md again from its inputs, from the text and the RFCs alone: no code of this project, nothing but node:crypto.
//
//     node tests/UDPack.Protocol.Tests/Fixtures/verify-worked-handshake.mjs [document]
import { createCipheriv, createECDH, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = process.argv[2] ?? fileURLToPath(new URL('../../../docs/protocol.md', import.meta.url));

// The values of the document's hex blocks.
const doc = {};
for (const block of readFileSync(path, 'utf8').matchAll(/^```hex\n([^]*?)^```$/gm)) {
  let name;
  for (const line of block[1].trimEnd().split('\n')) {
    const start = /^([a-z0-9-]+) =$/.exec(line);
    if (start) {
      name = start[1];
      if (doc[name] !== undefined) throw new Error(`${name} appears twice`);
      doc[name] = '';
    } else {
      doc[name] += line.replace(/#.*/, '').replaceAll(' ', '');
    }
  }
}

let failed = 0;
const used = new Set();
const input = name => {
  if (doc[name] === undefined) throw new Error(`${name} is missing`);
  used.add(name);
  return Buffer.from(doc[name], 'hex');
};
const check = (name, value) => {
  used.add(name);
  const ok = doc[name] === value.toString('hex');
  if (!ok) {
    failed++;
    console.error(`${name}\n  document ${doc[name]}\n  computed ${value.toString('hex')}`);
  }
  return value;
};

const cat = (...parts) => Buffer.concat(parts.map(p => (typeof p === 'string' ? Buffer.from(p, 'latin1') : Buffer.from(p))));
const u16 = n => [n >> 8, n & 255];
const sha256 = data => createHash('sha256').update(data).digest();
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
// RFC 5869. An empty salt is a string of zeros.
const extract = (salt, ikm) => hmac(salt.length ? salt : Buffer.alloc(32), ikm);
const expand = (prk, info, length) => {
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let i = 1; out.length < length; i++) {
    block = hmac(prk, cat(block, info, [i]));
    out = cat(out, block);
  }
  return out.subarray(0, length);
};
const seal = (algorithm, key, nonce, aad, plaintext) => {
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(aad);
  return [cat(cipher.update(plaintext), cipher.final()), cipher.getAuthTag()];
};
const agree = (scalar, point) => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.computeSecret(point);
};
const pointOf = scalar => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
};

// The server's key.
const serverKey = createPrivateKey({ key: input('server-key'), format: 'der', type: 'pkcs8' });
const serverPublic = createPublicKey(serverKey);
const spki = check('server-spki', serverPublic.export({ type: 'spki', format: 'der' }));
const spkiHash = check('server-spki-sha256', sha256(spki));
const serverPoint = spki.subarray(spki.length - 65);

// The points belong to their scalars.
const clientShare = check('client-share-point', pointOf(input('client-share-private')));
const serverShare = check('server-share-point', pointOf(input('server-share-private')));
const enc = check('hpke-point', pointOf(input('hpke-private')));

// Section 4: the shakehand.
const clientId = input('client-id');
const serverId = input('server-id');
const key = input('client-key');
const iv = input('client-iv');
const token = input('token');
const parameters = cat([0x02, 0x02], [0x40 | (1156 >> 8), 1156 & 255], [0x04, 0x01, 0], [0x05, 0x01, 0]);
const plaintext = check('plaintext', cat(
  [1, 2, key.length], key, [iv.length], iv, u16(token.length), token, [1], clientShare, parameters));

// RFC 9180 §4: labelled HKDF, DHKEM(P-256, HKDF-SHA256), and §5.1: the key schedule in base mode.
const kem = cat('KEM', [0x00, 0x10]);
const hpke = cat('HPKE', [0x00, 0x10, 0x00, 0x01, 0x00, 0x01]);
const labelledExtract = (suite, salt, label, ikm) => extract(salt, cat('HPKE-v1', suite, label, ikm));
const labelledExpand = (suite, prk, label, info, length) => expand(prk, cat(u16(length), 'HPKE-v1', suite, label, info), length);
const none = Buffer.alloc(0);
const dh = agree(input('hpke-private'), serverPoint);
const shared = check('hpke-shared-secret',
  labelledExpand(kem, labelledExtract(kem, none, 'eae_prk', dh), 'shared_secret', cat(enc, serverPoint), 32));
const context = cat([0], labelledExtract(hpke, none, 'psk_id_hash', none), labelledExtract(hpke, none, 'info_hash', 'udpack 1 shakehand'));
const hpkeSecret = labelledExtract(hpke, shared, 'secret', none);
const hpkeKey = check('hpke-key', labelledExpand(hpke, hpkeSecret, 'key', context, 16));
const hpkeNonce = check('hpke-nonce', labelledExpand(hpke, hpkeSecret, 'base_nonce', context, 12));

const head = cat([0x01], spkiHash.subarray(0, 4));
const aad = check('shakehand-aad', cat(clientId, head));
const payload = cat(head, enc, ...seal('aes-128-gcm', hpkeKey, hpkeNonce, aad, plaintext));
const header = (server, time, flags, opcode, length) => cat(clientId, server, input(time), [flags, opcode], u16(length));
check('shakehand', cat(header([0, 0], 't-shakehand', 0, 0xa, payload.length), payload));
const payloadHash = check('shakehand-sha256', sha256(payload));

// Section 7: the keys. The server opens with its own scalar, so both sides of the agreement are computed.
const ecdh = check('ecdh', agree(input('client-share-private'), serverShare));
check('ecdh', agree(input('server-share-private'), clientShare));
check('ecdh', diffieHellmanByObjects(input('server-share-private'), serverShare, clientShare));
const share = cat([1], serverShare);
const th = check('transcript-hash', sha256(cat('udpack 1', spkiHash, payloadHash, clientId, serverId, share)));
const prk = check('prk', extract(th, cat(key, iv, ecdh)));
const direction = name => {
  const secret = check(`${name}-secret`, expand(prk, `udpack 1 ${name}`, 32));
  check(`${name}-next-secret`, expand(secret, 'next', 32));
  return { key: check(`${name}-key`, expand(secret, 'key', 32)), iv: check(`${name}-iv`, expand(secret, 'iv', 12)) };
};
const c2s = direction('c2s');
const s2c = direction('s2c');
const rejectSecret = check('reject-secret', expand(extract(payloadHash, cat(key, iv)), 'udpack 1 reject', 32));

// Section 11: protected datagrams, all of generation 0.
const protect = (keys, number, clear, content) => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(number));
  const nonce = Buffer.from(keys.iv);
  counter.forEach((byte, i) => { nonce[4 + i] ^= byte; });
  const [ciphertext, tag] = seal('aes-256-gcm', keys.key, nonce, clear, content);
  return cat(clear, ciphertext, counter, tag);
};
const varint = n => {
  if (n < 64) return Buffer.from([n]);
  if (n < 1 << 14) return Buffer.from(u16(0x4000 | n));
  const out = Buffer.alloc(4);
  out.writeUInt32BE((0x80000000 + n) >>> 0);
  return out;
};

// Sections 6 and 8: reply and confirmation.
check('reply', protect(s2c, 0, cat(header(serverId, 't-reply', 0, 0xb, 1), [0], share), parameters));
check('confirmation', protect(c2s, 0, cat(header(serverId, 't-confirmation', 0, 0xb, 1), [0]), none));

// Sections 12 and 15: acks and a packet. The client has sent numbers 0 and then 1.
const window = 1024 * 1024;
const ack = (time, number, largest, delay, firstRange, credit) => {
  const content = cat(varint(largest), varint(delay), varint(0), varint(firstRange), varint(credit));
  return protect(s2c, number, header(serverId, time, 0, 0x4, content.length), content);
};
const packet = input('packet');
check('confirmation-ack', ack('t-confirmation-ack', 1, 0, 0, 0, window));
check('data', protect(c2s, 1, header(serverId, 't-data', 0x40, 0x0, packet.length), cat([0, 0, 0, 1], packet)));
check('data-ack', ack('t-data-ack', 2, 1, 25000, 1, window + packet.length + 256));

// Section 17.
check('goaway', protect(c2s, 2, header(serverId, 't-goaway', 0, 0xc, 3), Buffer.from([0, 1, 0])));

// Section 6: the refusal.
const refusal = cat(header(serverId, 't-reply', 0, 0xb, 1), [1, 1]);
check('refusal', cat(refusal, hmac(rejectSecret, refusal).subarray(0, 16)));

// Section 10: all but the cookie, which is the server's own.
const cookie = Buffer.from(doc.retry, 'hex').subarray(24);
check('retry', cat(header([0, 0], 't-reply', 0, 0xd, 8 + cookie.length), payloadHash.subarray(0, 8), cookie));
check('shakehand-again-header', header([0, 0], 't-confirmation', 0, 0xa, payload.length));
check('shakehand-again-trailer', cat([cookie.length], cookie));

// Section 18.
check('clear-goaway', cat(header(serverId, 't-data-ack', 0, 0xc, 1), [1]));

// Section 4: suite 2.
const rsa = expand(input('rsa-secret'), 'udpack 1 rsa', 28);
check('rsa-key', rsa.subarray(0, 16));
check('rsa-nonce', rsa.subarray(16));

for (const name of Object.keys(doc)) {
  if (!used.has(name)) {
    failed++;
    console.error(`${name} is in the document, and nothing checks it`);
  }
}

console.log(failed === 0 ? `${used.size} values agree` : `${failed} values differ`);
process.exitCode = failed === 0 ? 0 : 1;

// The same agreement by key objects instead of raw scalars.
function diffieHellmanByObjects(scalar, ownPoint, peerPoint) {
  const jwk = (point, d) => ({
    kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url'), ...(d && { d: d.toString('base64url') }),
  });
  return diffieHellman({
    privateKey: createPrivateKey({ key: jwk(ownPoint, scalar), format: 'jwk' }),
    publicKey: createPublicKey({ key: jwk(peerPoint), format: 'jwk' }),
  });
}
