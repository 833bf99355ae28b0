import { expect, test } from 'vitest';
import { createUniform } from '../../../src/lib/tensor/random.js';
import {
	addStep,
	branchesOf,
	createBranchTree,
	pathTo,
	removeStep,
	tipOf,
	type BranchTree
} from '../../../src/lib/views/branchTree.js';
import { compareBranches } from '../../../src/lib/views/compareBranches.js';

const isSame = (a: string, b: string) => a === b;
const words = (tree: BranchTree<string>, id: number | null) =>
	pathTo(tree, id).map(({ step }) => step);

function add(tree: BranchTree<string>, parent: number | null, ...steps: string[]) {
	let at = parent;
	for (const step of steps) {
		const added = addStep(tree, at, step, isSame);
		tree = added.tree;
		at = added.node.id;
	}
	return { tree, tip: at! };
}

/** A tree grown by random steps behind random nodes, and every tree on the way. */
function grow(seed: number) {
	const next = createUniform(seed, 'branches');
	const trees = [createBranchTree<string>()];
	const added: { parent: number | null; step: string; id: number }[] = [];
	for (let i = 0; i < 60; i++) {
		const tree = trees.at(-1)!;
		const ids = [...tree.nodes.keys()];
		const parent = next() < 0.1 ? null : (ids[Math.floor(next() * ids.length)] ?? null);
		const step = 'abc'[Math.floor(next() * 3)];
		const result = addStep(tree, parent, step, isSame);
		trees.push(result.tree);
		added.push({ parent, step, id: result.node.id });
	}
	return { trees, tree: trees.at(-1)!, added };
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

test('another step in the middle leaves the first run as it is, as a branch of its own', () => {
	const first = add(createBranchTree<string>(), null, 'The', ' capital', ' is', ' Paris');
	const third = pathTo(first.tree, first.tip)[2].id;
	const { tree, tip } = add(first.tree, third, ' London', '.');
	expect(words(tree, first.tip)).toEqual(['The', ' capital', ' is', ' Paris']);
	expect(words(tree, tip)).toEqual(['The', ' capital', ' is', ' London', '.']);
	expect(branchesOf(tree)).toMatchObject([
		{ name: 1, tip: first.tip, length: 4, shared: 0, depth: 0 },
		{ name: 2, tip, length: 5, shared: 3, depth: 1 }
	]);
});

test('an operation changes no tree that was there before', () => {
	for (const seed of seeds) {
		const { trees, added } = grow(seed);
		let tree = createBranchTree<string>();
		added.forEach(({ parent, step }, i) => {
			expect(trees[i]).toEqual(tree);
			tree = addStep(tree, parent, step, isSame).tree;
		});
	}
});

test('a step that is there is found, and two that follow one step always differ', () => {
	for (const seed of seeds) {
		const { tree, added } = grow(seed);
		for (const { parent, step, id } of added) {
			const again = addStep(tree, parent, step, isSame);
			expect(again.tree).toBe(tree);
			expect(again.node.id).toBe(id);
		}
		for (const ids of [tree.roots, ...[...tree.nodes.values()].map(({ children }) => children)]) {
			const steps = ids.map((id) => tree.nodes.get(id)!.step);
			expect(new Set(steps).size).toBe(steps.length);
		}
	}
});

test('there is one branch a tip, every step is some branch’s own, and none is two branches’ own', () => {
	for (const seed of seeds) {
		const { tree } = grow(seed);
		const branches = branchesOf(tree);
		const tips = [...tree.nodes.values()].filter(({ children }) => children.length === 0);
		expect(new Set(branches.map(({ tip }) => tip))).toEqual(new Set(tips.map(({ id }) => id)));
		expect(branches.length).toBe(tips.length);
		const own = branches.flatMap(({ tip, shared }) =>
			pathTo(tree, tip)
				.slice(shared)
				.map(({ id }) => id)
		);
		expect(own.toSorted((a, b) => a - b)).toEqual([...tree.nodes.keys()].toSorted((a, b) => a - b));
		for (const { start, tip, length, shared } of branches) {
			const path = pathTo(tree, tip);
			expect(path.map((node) => node.length)).toEqual(path.map((_, i) => i + 1));
			expect(path.length).toBe(length);
			expect(path[shared].id).toBe(start);
			expect(tipOf(tree, start)).toBe(tip);
		}
	}
});

test('names follow the order of beginning, and only grow with the tree', () => {
	for (const seed of seeds) {
		const { trees } = grow(seed);
		let names = new Map<number, number>();
		for (const tree of trees) {
			const now = new Map(branchesOf(tree).map(({ start, name }) => [start, name]));
			for (const [start, name] of names) expect(now.get(start)).toBe(name);
			expect([...now.values()].toSorted((a, b) => a - b)).toEqual([...now].map((_, i) => i + 1));
			names = now;
		}
	}
});

test('removing a step takes what follows it, and nothing else', () => {
	for (const seed of seeds) {
		const { tree } = grow(seed);
		for (const id of tree.nodes.keys()) {
			const left = removeStep(tree, id);
			const wrong = [...tree.nodes.keys()].filter((other) => {
				const follows = pathTo(tree, other).some((step) => step.id === id);
				if (follows || !left.nodes.has(other)) return follows === left.nodes.has(other);
				return words(left, other).join() !== words(tree, other).join();
			});
			expect(wrong).toEqual([]);
			const { node } = addStep(left, tree.nodes.get(id)!.parent, 'new', isSame);
			expect(tree.nodes.has(node.id)).toBe(false);
		}
	}
});

test('a step behind nothing is refused, and an empty tree has no branch and no tip', () => {
	const tree = createBranchTree<string>();
	expect(() => addStep(tree, 4, 'a', isSame)).toThrow('no step 4');
	expect(branchesOf(tree)).toEqual([]);
	expect(tipOf(tree, null)).toBeNull();
	expect(pathTo(tree, null)).toEqual([]);
});

test('two branches are compared place by place, and the first difference is marked', () => {
	const { shared, firstDifference, sameLater, steps } = compareBranches(
		['The', ' capital', ' is', ' Paris', '.'],
		['The', ' capital', ' was', ' Paris'],
		isSame
	);
	expect({ shared, firstDifference, sameLater }).toEqual({
		shared: 2,
		firstDifference: 2,
		sameLater: 1
	});
	expect(steps.at(-1)).toEqual({ index: 4, left: '.', right: null, isSame: false });
});

test('comparing is symmetric, and a beginning of a branch has no difference with it', () => {
	for (const seed of seeds) {
		const { tree } = grow(seed);
		const paths = branchesOf(tree).map(({ tip }) => words(tree, tip));
		for (const a of paths) {
			for (const b of paths) {
				const there = compareBranches(a, b, isSame);
				const back = compareBranches(b, a, isSame);
				expect(back.firstDifference).toBe(there.firstDifference);
				expect(back.shared).toBe(there.shared);
				expect(a.slice(0, there.shared)).toEqual(b.slice(0, there.shared));
				if (there.firstDifference !== null) {
					expect(a[there.firstDifference]).not.toBe(b[there.firstDifference]);
				}
			}
			expect(compareBranches(a, a.slice(0, -1), isSame).firstDifference).toBeNull();
		}
	}
});
