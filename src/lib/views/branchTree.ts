/** One step of a branch; what comes before it is shared with every branch that leaves later. */
export interface BranchNode<Step> {
	readonly id: number;
	/** The step before; null for a first one. */
	readonly parent: number | null;
	/** Steps that follow it, oldest first. The first one continues its branch, others leave it. */
	readonly children: readonly number[];
	/** Steps up to this one, itself counted. */
	readonly length: number;
	readonly step: Step;
}

/** All that was tried from one beginning. Never changed: every operation gives another tree. */
export interface BranchTree<Step> {
	readonly nodes: ReadonlyMap<number, BranchNode<Step>>;
	/** First steps, oldest first. */
	readonly roots: readonly number[];
	readonly nextId: number;
}

/** A way from the first step to one that nothing follows. */
export interface Branch {
	/** Counts from 1 in the order in which branches were begun; stays when others are removed. */
	readonly name: number;
	/** First step that is its own. */
	readonly start: number;
	/** Last step. */
	readonly tip: number;
	readonly length: number;
	/** Steps that it shares with the branch that it leaves; 0 where it has its own first step. */
	readonly shared: number;
	/** How many forks lie between it and the first branch of its beginning. */
	readonly depth: number;
}

export function createBranchTree<Step>(): BranchTree<Step> {
	return { nodes: new Map(), roots: [], nextId: 0 };
}

/**
 * Adds a step behind another; one that is there already is found, not doubled.
 *
 * @param parent the step before, or null for a first one
 * @param isSame whether two steps are one and the same
 * @returns the tree and the node of the step
 * @throws RangeError if there is no such parent
 */
export function addStep<Step>(
	tree: BranchTree<Step>,
	parent: number | null,
	step: Step,
	isSame: (a: Step, b: Step) => boolean
): { tree: BranchTree<Step>; node: BranchNode<Step> } {
	const before = parent === null ? null : nodeOf(tree, parent);
	const siblings = before?.children ?? tree.roots;
	for (const sibling of siblings) {
		const node = nodeOf(tree, sibling);
		if (isSame(node.step, step)) return { tree, node };
	}
	const id = tree.nextId;
	const node = { id, parent, children: [], length: (before?.length ?? 0) + 1, step };
	const nodes = new Map(tree.nodes).set(id, node);
	if (before) nodes.set(before.id, { ...before, children: [...before.children, id] });
	const roots = before ? tree.roots : [...tree.roots, id];
	return { tree: { nodes, roots, nextId: id + 1 }, node };
}

/** Steps from the first to this one, itself included; none for null. */
export function pathTo<Step>(tree: BranchTree<Step>, id: number | null): BranchNode<Step>[] {
	const path: BranchNode<Step>[] = [];
	for (let at = id; at !== null;) {
		const node = nodeOf(tree, at);
		path.push(node);
		at = node.parent;
	}
	return path.reverse();
}

/** The end of the branch that a step lies on; with null, of the oldest branch. */
export function tipOf<Step>(tree: BranchTree<Step>, id: number | null): number | null {
	let tip = id ?? tree.roots[0] ?? null;
	if (tip === null) return null;
	for (let next = nodeOf(tree, tip).children[0]; next !== undefined;) {
		tip = next;
		next = nodeOf(tree, tip).children[0];
	}
	return tip;
}

/** Every branch: below each one those that leave it, the latest fork first, so that no lines cross. */
export function branchesOf<Step>(tree: BranchTree<Step>): readonly Branch[] {
	const branches: Branch[] = [];
	const visit = (start: number, depth: number) => {
		const tip = tipOf(tree, start)!;
		const { length } = nodeOf(tree, tip);
		const shared = nodeOf(tree, start).length - 1;
		branches.push({ name: 0, start, tip, length, shared, depth });
		const own = pathTo(tree, tip).slice(shared).reverse();
		for (const { children } of own) {
			for (const child of children.slice(1)) visit(child, depth + 1);
		}
	};
	tree.roots.forEach((root) => visit(root, 0));
	const starts = branches.map(({ start }) => start).sort((a, b) => a - b);
	return branches.map((branch) => ({ ...branch, name: starts.indexOf(branch.start) + 1 }));
}

/** The tree without a step and all that follows it. */
export function removeStep<Step>(tree: BranchTree<Step>, id: number): BranchTree<Step> {
	const { parent } = nodeOf(tree, id);
	const nodes = new Map(tree.nodes);
	const remove = (at: number) => {
		nodeOf(tree, at).children.forEach(remove);
		nodes.delete(at);
	};
	remove(id);
	const others = (ids: readonly number[]) => ids.filter((other) => other !== id);
	if (parent === null) return { ...tree, nodes, roots: others(tree.roots) };
	const before = nodeOf(tree, parent);
	nodes.set(parent, { ...before, children: others(before.children) });
	return { ...tree, nodes };
}

function nodeOf<Step>(tree: BranchTree<Step>, id: number): BranchNode<Step> {
	const node = tree.nodes.get(id);
	if (!node) throw new RangeError(`no step ${id} in this tree`);
	return node;
}
