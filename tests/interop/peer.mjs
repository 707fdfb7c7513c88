// Digital Bazaar's implementation of eddsa-rdfc-2022, spoken to in JSON over standard input and output.
// Input:  {action: "verify" | "sign", contexts: {url: document}, dids: {did: document}, document,
//          key? and date? (to sign), challenge? and domain? (of a presentation)}
// Output: {ok: true, document?} or {ok: false, error}
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

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

async function sign() {
  const key = await Ed25519Multikey.from({
    '@context': 'https://w3id.org/security/multikey/v1', type: 'Multikey', ...input.key,
  });
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: input.date});
  return {ok: true, document: await jsigs.sign(input.document, {suite, purpose, documentLoader})};
}

async function verify() {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await jsigs.verify(input.document, {suite, purpose, documentLoader});
  return result.verified ? {ok: true} : {ok: false, error: describe(result.error)};
}

function describe(error) {
  return [error.name, error.message, ...(error.errors ?? []).map(describe)].join(': ');
}

let output;
try {
  output = input.action === 'sign' ? await sign() : await verify();
} catch (error) {
  output = {ok: false, error: describe(error)};
}
process.stdout.write(JSON.stringify(output));
