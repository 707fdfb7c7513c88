// Digital Bazaar's implementations of the suites below, spoken to in JSON over standard input and output.
// Input:  {action: "verify" | "sign" | "derive", contexts: {url: document}, dids: {did: document}, document,
//          suite?, key? and date? (to sign), mandatoryPointers? (to sign a base proof), selectivePointers? (to
//          derive), challenge? and domain? (of a presentation), rounds? (to be timed: after as many to warm up)}
// Output: {ok: true, document?, milliseconds?} or {ok: false, error}
import * as bbs2023 from '@digitalbazaar/bbs-2023-cryptosuite';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as ecdsaJcs2019 from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as ecdsaSd2023 from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import * as eddsaJcs2022 from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

const SELECTIVE = {'ecdsa-sd-2023': ecdsaSd2023, 'bbs-2023': bbs2023};
const SIGNING = {
  'eddsa-rdfc-2022': eddsaRdfc2022,
  'eddsa-jcs-2022': eddsaJcs2022.createSignCryptosuite(),
  'ecdsa-rdfc-2019': ecdsaRdfc2019,
  'ecdsa-jcs-2019': ecdsaJcs2019.createSignCryptosuite(),
};
const VERIFYING = [
  eddsaRdfc2022,
  eddsaJcs2022.createVerifyCryptosuite(),
  ecdsaRdfc2019,
  ecdsaJcs2019.createVerifyCryptosuite(),
  ecdsaSd2023.createVerifyCryptosuite(),
  bbs2023.createVerifyCryptosuite(),
];

const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const input = JSON.parse(Buffer.concat(chunks).toString('utf8'));

// The same closed world as ours: a URL that was not handed in is an error.
async function documentLoader(url) {
  if (input.contexts[url]) {
    return {contextUrl: null, documentUrl: url, document: input.contexts[url]};
  }
  const [did] = url.split('#');
  const document = input.dids[did];
  if (!document) {
    throw new Error(`unknown document ${url}`);
  }
  if (url === did) {
    return {contextUrl: null, documentUrl: url, document};
  }
  const method = document.verificationMethod.find(({id}) => id === url);
  return {
    contextUrl: null,
    documentUrl: url,
    document: {'@context': 'https://w3id.org/security/multikey/v1', ...method},
  };
}

const {challenge, domain} = input;
const purpose = challenge ?
  new jsigs.purposes.AuthenticationProofPurpose({challenge, domain}) :
  new jsigs.purposes.AssertionProofPurpose();

async function keyPair() {
  const multikey = {'@context': 'https://w3id.org/security/multikey/v1', type: 'Multikey', ...input.key};
  const {publicKeyMultibase: start} = input.key;
  if (start.startsWith('z6Mk')) {
    return Ed25519Multikey.from(multikey);
  }
  return start.startsWith('zUC7') ?
    Bls12381Multikey.from(multikey, {algorithm: Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256}) :
    EcdsaMultikey.from(multikey);
}

async function sign() {
  const {suite: name, date, mandatoryPointers} = input;
  const signer = (await keyPair()).signer();
  const cryptosuite = SELECTIVE[name]?.createSignCryptosuite({mandatoryPointers}) ?? SIGNING[name];
  const suite = name === 'Ed25519Signature2020' ?
    new Ed25519Signature2020({signer, date}) :
    new DataIntegrityProof({signer, cryptosuite, date});
  return {ok: true, document: await jsigs.sign(copy(input.document), {suite, purpose, documentLoader})};
}

async function derive() {
  const {suite: name, selectivePointers} = input;
  const cryptosuite = SELECTIVE[name].createDiscloseCryptosuite({selectivePointers});
  const suite = new DataIntegrityProof({cryptosuite});
  return {ok: true, document: await jsigs.derive(copy(input.document), {suite, purpose, documentLoader})};
}

async function verify() {
  const suite = [
    ...VERIFYING.map(cryptosuite => new DataIntegrityProof({cryptosuite})),
    new Ed25519Signature2020(),
  ];
  const result = await jsigs.verify(copy(input.document), {suite, purpose, documentLoader});
  return result.verified ? {ok: true} : {ok: false, error: describe(result.error)};
}

function copy(document) {
  return structuredClone(document);
}

// Processor time of one round, the least of three goes.
async function milliseconds(act) {
  for (let round = 0; round < input.rounds; ++round) {
    await act();
  }
  const figures = [];
  for (let go = 0; go < 3; ++go) {
    const before = process.cpuUsage();
    for (let round = 0; round < input.rounds; ++round) {
      await act();
    }
    const {user, system} = process.cpuUsage(before);
    figures.push((user + system) / 1000 / input.rounds);
  }
  return Math.min(...figures);
}

function describe(error) {
  return [error.name, error.message, ...(error.errors ?? []).map(describe)].join(': ');
}

let output;
try {
  const act = {sign, derive, verify}[input.action];
  output = await act();
  if (input.rounds && output.ok) {
    output.milliseconds = await milliseconds(act);
  }
} catch (error) {
  output = {ok: false, error: describe(error)};
}
process.stdout.write(JSON.stringify(output));
