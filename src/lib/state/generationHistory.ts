import type { MaskEdit } from '../gemma3/attentionMask.js';
import type { StepRecord } from '../rpc/generationServices.js';
import {
	addStep,
	createBranchTree,
	pathTo,
	removeStep,
	tipOf,
	type BranchNode,
	type BranchTree
} from '../views/branchTree.js';
import { isSameEdits } from '../views/editGroups.js';
import { isSameSampling } from '../views/samplingStages.js';

type Sampling = NonNullable<StepRecord['distribution']>['sampling'];
type RandomState = StepRecord['randomState'];

/** Under what the next token is taken. */
export interface Settings {
	readonly sampling: Sampling;
	readonly edits: readonly MaskEdit[];
	/** Before the next draw; null where the worker went away before it could say. */
	readonly randomState: RandomState | null;
}

/** A token of a branch, and the masks under which it was taken. */
export interface TakenStep {
	readonly record: StepRecord;
	readonly edits: readonly MaskEdit[];
}

/** All that was generated from one prompt, and where the reader is in it. Never changed in place. */
export interface GenerationHistory {
	readonly tree: BranchTree<TakenStep>;
	/** End of the branch that is looked at. */
	readonly tip: number | null;
	/** Its tokens that count as taken; those behind lie ahead. */
	readonly length: number;
	/** Null before the worker has said what the checkpoint's are. */
	readonly settings: Settings | null;
	/** How to go on behind a node, where no step says it. */
	readonly endings: ReadonlyMap<number | null, Settings>;
	readonly seed: number;
	/** Edits that were the prompt's own. */
	readonly numFirstEdits: number;
}

export type HistoryNode = BranchNode<TakenStep>;

export const emptyHistory: GenerationHistory = {
	tree: createBranchTree(),
	tip: null,
	length: 0,
	settings: null,
	endings: new Map(),
	seed: 0,
	numFirstEdits: 0
};

/** The branch that is looked at, to its end. */
export function branchPath({ tree, tip }: GenerationHistory): readonly HistoryNode[] {
	return pathTo(tree, tip);
}

/** The newest token; null before the first. */
export function cursorOf(history: GenerationHistory): number | null {
	return branchPath(history)[history.length - 1]?.id ?? null;
}

/** Two steps are one if the same token was taken in the same way. */
export function isSameStep(a: TakenStep, b: TakenStep): boolean {
	if (a.record.token.id !== b.record.token.id || a.record.forced !== b.record.forced) return false;
	if (!isSameEdits(a.edits, b.edits)) return false;
	const [left, right] = [a.record.distribution?.sampling, b.record.distribution?.sampling];
	if (!left || !right) return left === right;
	if (a.record.forced) return true;
	return isSameSampling(left, right) && (!left.doSample || isSameState(a, b));
}

function isSameState(a: TakenStep, b: TakenStep): boolean {
	return a.record.randomState.join() === b.record.randomState.join();
}

/** The next step of the branch is what would be taken now: a setting that was changed leaves it. */
export function isSettledAhead(history: GenerationHistory): boolean {
	const ahead = branchPath(history)[history.length]?.step;
	const { settings } = history;
	if (!ahead || !settings) return false;
	const { distribution, randomState } = ahead.record;
	return (
		isSameEdits(ahead.edits, settings.edits) &&
		(!distribution || isSameSampling(distribution.sampling, settings.sampling)) &&
		(!settings.sampling.doSample || settings.randomState?.join() === randomState.join())
	);
}

/** Back or forward on the branch; the settings become those under which it went on from there. */
export function moveTo(history: GenerationHistory, length: number): GenerationHistory {
	const path = branchPath(history);
	const at = Math.min(path.length, Math.max(0, length));
	if (at === history.length) return history;
	return { ...history, length: at, settings: settingsAt(history, path, at) };
}

/** To another branch. */
export function switchTo(
	history: GenerationHistory,
	tip: number,
	length = Infinity
): GenerationHistory {
	const path = pathTo(history.tree, tip);
	const at = Math.min(path.length, length);
	return { ...history, tip, length: at, settings: settingsAt(history, path, at) };
}

function settingsAt(
	history: GenerationHistory,
	path: readonly HistoryNode[],
	length: number
): Settings | null {
	const ahead = path[length]?.step;
	if (ahead?.record.distribution) {
		const { distribution, randomState } = ahead.record;
		return { sampling: distribution.sampling, edits: ahead.edits, randomState };
	}
	const last = path[length - 1];
	const ending = history.endings.get(last?.id ?? null);
	if (ending || !last) return ending ?? history.settings;
	const { distribution } = last.step.record;
	const sampling = distribution?.sampling ?? history.settings!.sampling;
	return { sampling, edits: last.step.edits, randomState: null };
}

/**
 * Adds a step behind a node.
 *
 * @param follow whether the reader goes along
 */
export function takeStep(
	history: GenerationHistory,
	parent: number | null,
	step: TakenStep,
	follow: boolean
): { history: GenerationHistory; node: HistoryNode } {
	const { tree, node } = addStep(history.tree, parent, step, isSameStep);
	if (!follow) return { history: { ...history, tree, tip: tipOf(tree, history.tip) }, node };
	const onBranch = branchPath(history)[node.length - 1]?.id === node.id;
	const tip = onBranch ? history.tip! : tipOf(tree, node.id)!;
	const moved = { ...history, tree, tip, length: node.length };
	return {
		history: { ...moved, settings: settingsAt(moved, pathTo(tree, tip), node.length) },
		node
	};
}

/**
 * Notes how it goes on behind a node. A reader who is there goes on so too, if told to, or if it was
 * not known.
 */
export function noteEnding(
	history: GenerationHistory,
	node: number | null,
	settings: Settings,
	isChange = false
): GenerationHistory {
	const isTaken = isChange || history.settings?.randomState === null;
	const known = history.endings.get(node);
	if (known && !isTaken && isSameSettings(known, settings)) return history;
	const endings = new Map(history.endings).set(node, settings);
	return { ...history, endings, ...(isTaken && { settings }) };
}

function isSameSettings(a: Settings, b: Settings): boolean {
	return (
		JSON.stringify(a.sampling) === JSON.stringify(b.sampling) &&
		isSameEdits(a.edits, b.edits) &&
		a.randomState?.join() === b.randomState?.join()
	);
}

/** Without a branch; the reader goes to where it left its neighbour, if it was the one looked at. */
export function removeBranch(history: GenerationHistory, start: number): GenerationHistory {
	const path = branchPath(history);
	const index = path.findIndex(({ id }) => id === start);
	const tree = removeStep(history.tree, start);
	const endings = new Map([...history.endings].filter(([id]) => id === null || tree.nodes.has(id)));
	const left = { ...history, tree, endings };
	if (index < 0) return left;
	const tip = tipOf(tree, path[index - 1]?.id ?? null);
	if (tip === null) {
		const settings = endings.get(null) ?? history.settings;
		return { ...left, tip, length: 0, settings };
	}
	return switchTo(left, tip, Math.min(index, history.length));
}
