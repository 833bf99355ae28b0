import type { MaskEdit } from './attentionMask.js';
import {
	checkMaskDescription,
	type CausalMaskDescription,
	type MaskPlan
} from './maskDescription.js';
import { explainMaskRule, type MaskExplanation } from './explainMaskRule.js';

/** Query and key are token positions; the first query is `pastLength`. */
export interface MaskCell {
	readonly layer: number;
	/** Matters only where one head was edited; 0 by default. */
	readonly head?: number;
	/** 0 by default. */
	readonly batch?: number;
	readonly query: number;
	readonly key: number;
}

/**
 * Why a query sees a key, or does not, in one sentence. Agrees with createCausalMaskMapping.
 *
 * @example 'closed: key 3 is 9 tokens back, the window is 8'
 * @throws RangeError naming what does not fit
 */
export function explainMaskCell(request: CausalMaskDescription & MaskCell): MaskExplanation {
	return createMaskExplainer(request)(request);
}

/** Explains cells of one description, which is checked only once: for a pointer that moves. */
export function createMaskExplainer(
	description: CausalMaskDescription
): (cell: MaskCell) => MaskExplanation {
	const plan = checkMaskDescription(description);
	return (cell) => {
		checkCell(plan, cell);
		const { layer, head = 0, batch = 0, query, key } = cell;
		const byRule = explainMaskRule(plan, plan.layerTypes[layer], { batch, query, key });
		const edit = plan.edits.findLast(
			(candidate) =>
				candidate.layer === layer &&
				(candidate.head === undefined || candidate.head === head) &&
				isWithin(candidate.queries, query) &&
				isWithin(candidate.keys, key)
		);
		return edit ? explainEdit(edit, byRule) : byRule;
	};
}

function explainEdit(edit: MaskEdit, byRule: MaskExplanation): MaskExplanation {
	const verb = edit.open ? 'open: an edit opens' : 'closed: an edit closes';
	const cells = `${describe('key', edit.keys)} for ${describe('query', edit.queries)}`;
	const place = edit.head === undefined ? 'in this layer' : `in head ${edit.head} of this layer`;
	const reason = byRule.sentence.slice(byRule.sentence.indexOf(' ') + 1);
	const before = edit.open === byRule.open ? ` (it was so before: ${reason})` : '';
	return { open: edit.open, reason: 'edit', sentence: `${verb} ${cells} ${place}${before}` };
}

function describe(noun: 'key' | 'query', { start, end }: MaskEdit['keys']): string {
	if (end - start === 1) return `${noun} ${start}`;
	return `${noun === 'key' ? 'keys' : 'queries'} ${start}–${end - 1}`;
}

function isWithin({ start, end }: MaskEdit['keys'], position: number): boolean {
	return position >= start && position < end;
}

function checkCell(plan: MaskPlan, { layer, head = 0, batch = 0, query, key }: MaskCell): void {
	checkIndex('layer', layer, 0, plan.layerTypes.length);
	checkIndex('head', head, 0, plan.numAttentionHeads ?? Infinity);
	checkIndex('batch', batch, 0, plan.batchSize);
	checkIndex('query', query, plan.pastLength, plan.keyLength);
	checkIndex('key', key, 0, plan.keyLength);
}

function checkIndex(name: string, value: number, first: number, end: number): void {
	if (!Number.isInteger(value) || value < first || value >= end) {
		throw new RangeError(`${name} is ${value}: expected ${first} to ${end - 1}`);
	}
}
