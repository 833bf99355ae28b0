import { readFileSync } from 'node:fs';
import type { Notebook } from '../../../src/lib/notebook/notebook.js';
import { FileTrace } from '../../../src/lib/trace/fileTrace.js';
import type { Trace } from '../../../src/lib/trace/trace.js';
import type { Claim, NotebookSource } from './notebookSource.js';

/** What float16 may move a number, per cent. */
const rounding = 0.05;

interface Head {
	readonly layer: number;
	readonly head: number;
	readonly score: number;
}

interface Report {
	readonly accuracy: Readonly<Record<string, { readonly accuracy: number }>>;
	readonly heads: Readonly<Record<string, Head & { readonly next: readonly Head[] }>>;
}

const report = JSON.parse(
	readFileSync(new URL('../../../training/report.json', import.meta.url), 'utf8')
) as Report;

/** What the prose of a recorded notebook says and is not so, in sentences; none if all of it is. */
export async function findFalseClaims(
	{ claims }: NotebookSource,
	notebook: Notebook
): Promise<string[]> {
	const text = notebook.cells
		.map((cell) => (cell.kind === 'prose' ? cell.settings.text : ''))
		.join('\n');
	const wrong: string[] = [];
	for (const claim of claims) {
		const said = JSON.stringify(claim);
		const trace = 'cell' in claim ? openRecording(notebook, claim.cell) : null;
		if ('says' in claim) {
			const answer = toAnswer(trace!);
			if (answer !== claim.says) wrong.push(`${said}: it says ${JSON.stringify(answer)}`);
			continue;
		}
		if (!text.includes(`${claim.percent}\u00a0%`)) wrong.push(`${said}: the prose does not say so`);
		const value = 100 * (await measure(claim, trace));
		const decimals = claim.percent.split('.')[1]?.length ?? 0;
		if (!(Math.abs(value - Number(claim.percent)) <= 0.5 * 10 ** -decimals + rounding)) {
			wrong.push(`${said}: it is ${value.toFixed(3)} %`);
		}
	}
	return wrong;
}

/** The recorded result of a cell. */
export function openRecording({ cells, attachments }: Notebook, id: string): FileTrace {
	const recording = cells.find((cell) => cell.id === id)?.recording;
	if (!recording) throw new Error(`nothing was recorded of cell "${id}"`);
	return new FileTrace(attachments.get(recording.trace)!.bytes);
}

function toAnswer({ tokens, masks }: Trace): string {
	return tokens
		.slice(masks.promptLength)
		.map(({ text }) => text)
		.join('');
}

/** A share of 1. */
async function measure(
	claim: Exclude<Claim, { says: string }>,
	trace: Trace | null
): Promise<number> {
	if ('lesson' in claim) return report.accuracy[claim.lesson].accuracy;
	if ('named' in claim) {
		const named = report.heads[claim.named];
		const found = [named, ...named.next].find(
			({ layer, head }) => layer === claim.layer && head === claim.head
		);
		return found?.score ?? NaN;
	}
	if ('token' in claim) {
		const { position, state, token } = claim;
		const scores =
			state === undefined
				? await trace!.topLogits({ position, k: 100 })
				: (
						await trace!.lens({
							layers: [state],
							positions: { start: position, end: position + 1 },
							k: 100
						})
					)[0].scores;
		return scores.find(({ text }) => text === token)?.probability ?? NaN;
	}
	const { layer, head, query, keys } = claim;
	const [start, end] = typeof keys === 'number' ? [keys, keys + 1] : keys;
	const queries = { start: query, end: query + 1 };
	const { data } = await trace!.attention({ layer, head, queries, keys: { start, end } });
	return (data as Float32Array).reduce((sum, weight) => sum + weight, 0);
}
