// Makes handshake.json: messages and keys computed without any code of this project. See README.md.
import { constants, createCipheriv, createECDH, createHash, createHmac, createPrivateKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { CipherSuite, DhkemP256HkdfSha256, HkdfSha256, Aes128Gcm } from '@hpke/core';

const hex = b => Buffer.from(b).toString('hex');
const sha256 = b => createHash('sha256').update(b).digest();
const hmac = (k, b) => createHmac('sha256', k).update(b).digest();
const u16 = n => Buffer.from([n >> 8, n & 255]);
// HKDF-Expand alone, from its definition in RFC 5869; node offers only extract and expand together.
const expand = (prk, info, length) => {
  let t = Buffer.alloc(0), out = Buffer.alloc(0);
  for (let i = 1; out.length < length; i++) {
    t = hmac(prk, Buffer.concat([t, Buffer.from(info), Buffer.from([i])]));
    out = Buffer.concat([out, t]);
  }
  return out.subarray(0, length);
};
const pem = (key, type, extra) => key.export({ type, format: 'pem', ...extra });
const clientId = 0x1234;

function plaintext(length) {
  return Buffer.from(Array.from({ length }, (_, i) => i & 255));
}

async function hpke(privateKey, publicKey, text) {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = sha256(spki).subarray(0, 4);
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const recipient = await suite.kem.deserializePublicKey(new Uint8Array(spki.subarray(spki.length - 65)).buffer);
  const head = Buffer.concat([Buffer.from([1]), keyId]);
  const sealed = await suite.seal(
    { recipientPublicKey: recipient, info: Buffer.from('udpack 1 shakehand') }, text, Buffer.concat([u16(clientId), head]));
  return { suite: 1, keyId: hex(keyId), payload: hex(Buffer.concat([head, Buffer.from(sealed.enc), Buffer.from(sealed.ct)])) };
}

function rsa(publicKey, text) {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = sha256(spki).subarray(0, 4);
  const head = Buffer.concat([Buffer.from([2]), keyId]);
  const secret = randomBytes(32);
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, secret);
  const keys = expand(secret, 'udpack 1 rsa', 28);
  const cipher = createCipheriv('aes-128-gcm', keys.subarray(0, 16), keys.subarray(16));
  cipher.setAAD(Buffer.concat([u16(clientId), head]));
  const ct = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return { suite: 2, keyId: hex(keyId), payload: hex(Buffer.concat([head, wrapped, ct])) };
}

const messages = [];
for (const length of [0, 1, 200, 900]) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  messages.push({
    name: `HPKE, ${length} bytes`, clientId, plaintext: hex(plaintext(length)),
    privateKey: pem(privateKey, 'pkcs8'), publicKey: pem(publicKey, 'spki'), ...(await hpke(privateKey, publicKey, plaintext(length))),
  });
}
for (const bits of [2048, 3072, 4096]) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  messages.push({
    name: `RSA-${bits}`, clientId, plaintext: hex(plaintext(200)),
    privateKey: pem(privateKey, 'pkcs8'), publicKey: pem(publicKey, 'spki'), ...rsa(publicKey, plaintext(200)),
  });
}

// One P-256 key in all the ways it may be written.
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const openssl = (args, input) => execFileSync('openssl', args, { input }).toString();
const named = pem(publicKey, 'spki');
const keyForms = {
  named,
  compressed: openssl(['ec', '-pubin', '-conv_form', 'compressed', '-pubout'], named),
  explicit: openssl(['ec', '-pubin', '-param_enc', 'explicit', '-pubout'], named),
  privateKey: pem(privateKey, 'pkcs8'),
  privateExplicit: openssl(['ec', '-param_enc', 'explicit'], pem(privateKey, 'pkcs8')),
  sec1: pem(privateKey, 'sec1'),
  encrypted: pem(privateKey, 'pkcs8', { cipher: 'aes-256-cbc', passphrase: 'correct horse' }),
};
keyForms.privateExplicit = openssl(['pkcs8', '-topk8', '-nocrypt'], keyForms.privateExplicit);
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const ed25519 = generateKeyPairSync('ed25519');
const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 });
const rsa2048 = generateKeyPairSync('rsa', { modulusLength: 2048 });
const refused = {
  'P-384': pem(p384.publicKey, 'spki'), secp256k1: pem(secp256k1.publicKey, 'spki'),
  Ed25519: pem(ed25519.publicKey, 'spki'), 'RSA-1024': pem(rsa1024.publicKey, 'spki'),
};
const refusedPrivate = {
  'P-384': pem(p384.privateKey, 'pkcs8'), secp256k1: pem(secp256k1.privateKey, 'pkcs8'),
  Ed25519: pem(ed25519.privateKey, 'pkcs8'), 'RSA-1024': pem(rsa1024.privateKey, 'pkcs8'),
};
keyForms.encryptedRsa = pem(rsa2048.privateKey, 'pkcs8', { cipher: 'aes-256-cbc', passphrase: 'correct horse' });

// A key schedule from end to end, with an agreement whose x coordinate starts with a zero byte.
const schedules = [];
for (const [algorithm, keySize] of [[1, 16], [2, 32], [3, 32]]) {
  let client, server, ecdh;
  do {
    client = createECDH('prime256v1'); client.generateKeys();
    server = createECDH('prime256v1'); server.generateKeys();
    ecdh = client.computeSecret(server.getPublicKey());
    ecdh = Buffer.concat([Buffer.alloc(32 - ecdh.length), ecdh]);
  } while (algorithm === 2 && ecdh[0] !== 0);
  const serverId = 0x5678, key = randomBytes(keySize), iv = randomBytes(12), payload = randomBytes(300);
  const spkiHash = sha256(Buffer.from(publicKey.export({ type: 'spki', format: 'der' })));
  const share = Buffer.concat([Buffer.from([1]), server.getPublicKey()]);
  const th = sha256(Buffer.concat([Buffer.from('udpack 1'), spkiHash, sha256(payload), u16(clientId), u16(serverId), share]));
  const prk = hmac(th, Buffer.concat([key, iv, ecdh]));
  const direction = label => {
    const secret = expand(prk, label, 32);
    const next = expand(secret, 'next', 32);
    return { secret: hex(secret), key: hex(expand(secret, 'key', keySize)), iv: hex(expand(secret, 'iv', 12)), next: hex(next) };
  };
  const c2s = direction('udpack 1 c2s'), s2c = direction('udpack 1 s2c');
  // Datagram number 5 of generation 0, and number 6 of generation 1, from the client.
  const seal = (secret, generation, sequence) => {
    const name = ['', 'aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'][algorithm];
    const counter = Buffer.from([generation, 0, 0, 0, 0, 0, 0, sequence]);
    const nonce = expand(secret, 'iv', 12);
    for (let i = 0; i < 8; i++) nonce[4 + i] ^= counter[i];
    const cipher = createCipheriv(name, expand(secret, 'key', keySize), nonce, { authTagLength: 16 });
    const head = Buffer.from('123456780000018bcfe568000005000b', 'hex'), text = Buffer.from('hello world');
    cipher.setAAD(head, { plaintextLength: text.length });
    const ct = Buffer.concat([cipher.update(text), cipher.final()]);
    return hex(Buffer.concat([head, ct, counter, cipher.getAuthTag()]));
  };
  schedules.push({
    algorithm, spki: hex(publicKey.export({ type: 'spki', format: 'der' })), payload: hex(payload), clientId, serverId, share: hex(share), key: hex(key), iv: hex(iv),
    clientPrivate: pem(createPrivateKey({ key: jwk(client), format: 'jwk' }), 'pkcs8'), ecdh: hex(ecdh), c2s, s2c,
    reject: hex(expand(hmac(sha256(payload), Buffer.concat([key, iv])), 'udpack 1 reject', 32)),
    datagrams: [seal(Buffer.from(c2s.secret, 'hex'), 0, 5), seal(Buffer.from(c2s.next, 'hex'), 1, 6)],
  });
}

function jwk(ecdh) {
  const point = ecdh.getPublicKey(), b = x => x.toString('base64url');
  const d = ecdh.getPrivateKey();
  return { kty: 'EC', crv: 'P-256', x: b(point.subarray(1, 33)), y: b(point.subarray(33)), d: b(Buffer.concat([Buffer.alloc(32 - d.length), d])) };
}

writeFileSync('handshake.json', JSON.stringify({ messages, keyForms, refused, refusedPrivate, schedules }, null, 1) + '\n');
