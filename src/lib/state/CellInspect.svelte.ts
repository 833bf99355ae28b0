import { InspectState } from './InspectState.svelte.js';

/** How a figure's setting is kept in a cell; null stands for the figure's first choice. */
export interface SettingBinding {
	readonly get: () => string | null;
	readonly set: (value: string | null) => void;
}

/**
 * The settings of the figures in one cell of a notebook. Those that a document keeps are bound to
 * the cell's; the others last as long as the figure is on the page.
 */
export class CellInspect extends InspectState {
	readonly #bindings: Readonly<Record<string, SettingBinding>>;

	constructor(bindings: Readonly<Record<string, SettingBinding>> = {}) {
		super();
		this.#bindings = bindings;
	}

	override get isAddressed(): boolean {
		return false;
	}

	override choice<T extends string>(name: string, values: readonly T[]): T {
		const bound = this.#bindings[name];
		if (!bound) return super.choice(name, values);
		const value = bound.get();
		return values.find((candidate) => candidate === value) ?? values[0];
	}

	override number(name: string, initial: number, least: number, most: number): number {
		const bound = this.#bindings[name];
		if (!bound) return super.number(name, initial, least, most);
		const value = Number(bound.get() ?? NaN);
		return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : initial;
	}

	override set(name: string, value: string | null): void {
		const bound = this.#bindings[name];
		if (bound) bound.set(value);
		else super.set(name, value);
	}
}
