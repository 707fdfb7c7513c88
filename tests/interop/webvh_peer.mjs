// didwebvh-ts, spoken to in JSON over standard input and output.
// Input:  {action: "resolve", log, witnessProofs?, versionNumber?}
//         {action: "write", steps: [{op: "create" | "update" | "deactivate", by, options}
//                                   | {op: "witness", by: [...], created}]}; a key is {seed: hex, multikey}
//         {action: "parallel", did, document} and {action: "keyHash", multikey}
// Output: {ok: true, ...} or {ok: false, error}
import {createPrivateKey, createPublicKey, sign, verify} from 'node:crypto';
import {
  AbstractCrypto,
  createDID,
  deactivateDID,
  deriveNextKeyHash,
  generateParallelDidWeb,
  multibaseEncode,
  MultibaseEncoding,
  prepareDataForSigning,
  resolveDIDFromLog,
  signWitnessProofEntry,
  updateDID,
} from 'didwebvh-ts';

const PRIVATE_DER = '302e020100300506032b657004220420';
const PUBLIC_DER = '302a300506032b6570032100';

class Ed25519 extends AbstractCrypto {
  constructor(key) {
    super({verificationMethod: key && {type: 'Multikey', publicKeyMultibase: key.multikey}});
    this.seed = key?.seed;
  }

  async sign({document, proof}) {
    const der = Buffer.from(PRIVATE_DER + this.seed, 'hex');
    const key = createPrivateKey({key: der, format: 'der', type: 'pkcs8'});
    const signature = sign(null, await prepareDataForSigning(document, proof), key);
    return {proofValue: multibaseEncode(signature, MultibaseEncoding.BASE58_BTC)};
  }

  async verify(signature, message, publicKey) {
    const der = Buffer.concat([Buffer.from(PUBLIC_DER, 'hex'), Buffer.from(publicKey)]);
    return verify(null, message, createPublicKey({key: der, format: 'der', type: 'spki'}), signature);
  }
}

const verifier = new Ed25519();

async function write(steps) {
  let log = [];
  let did;
  const witnessProofs = [];
  for (const {op, by, options, created} of steps) {
    if (op === 'witness') {
      const signers = Object.fromEntries(by.map(key => [`did:key:${key.multikey}`, new Ed25519(key)]));
      const witnesses = Object.keys(signers).map(id => ({id}));
      const {versionId} = log.at(-1);
      witnessProofs.push(
        await signWitnessProofEntry({versionId, witnesses, witnessSignersByDid: signers, created}));
      continue;
    }
    const make = {create: createDID, update: updateDID, deactivate: deactivateDID}[op];
    ({log, did} = await make({...options, log, witnessProofs, signer: new Ed25519(by), verifier}));
  }
  return {log, did, witnessProofs};
}

async function answer({action, ...input}) {
  switch(action) {
    case 'write':
      return write(input.steps);
    case 'resolve': {
      const {log, ...options} = input;
      const {did, doc, meta} = await resolveDIDFromLog(log, {witnessProofs: [], ...options, verifier});
      return {did, document: doc, meta};
    }
    case 'parallel':
      return {document: generateParallelDidWeb(input.did, input.document)};
    case 'keyHash':
      return {hash: await deriveNextKeyHash(input.multikey)};
    default:
      throw new Error(`unknown action ${action}`);
  }
}

const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
try {
  const said = await answer(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  process.stdout.write(JSON.stringify({ok: true, ...said}));
} catch(error) {
  process.stdout.write(JSON.stringify({ok: false, error: String(error?.message ?? error)}));
}
