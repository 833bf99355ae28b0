import type { SettingBinding } from '$lib/state/CellInspect.svelte.js';
import type { CellOutputProps } from './cellOutput.js';

type Cell = CellOutputProps['cell'];
type Change = (settings: Record<string, unknown>) => void;

/**
 * How the settings of a kind of cell are called by the figures that it shows.
 *
 * @param get the cell as it is now
 */
export function toSettingBindings(
	kind: Cell['kind'],
	get: () => Cell,
	change: Change
): Record<string, SettingBinding> {
	const settings = () => get().settings as unknown as Record<string, unknown>;
	/** A setting of few values, one of which a figure takes when nothing is set. */
	const bind = (name: string, values: Readonly<Record<string, unknown>>): SettingBinding => ({
		get: () => Object.keys(values).find((key) => values[key] === settings()[name]) ?? null,
		set: (value) => change({ [name]: values[value ?? Object.keys(values)[0]] })
	});
	if (kind === 'attention') {
		const hideFirst = bind('hideFirst', { shown: false, hidden: true });
		const scale = bind('scale', { linear: 'linear', log: 'log' });
		return {
			sink: hideFirst,
			lineSink: hideFirst,
			scale,
			of: {
				get: () => (settings().head === 'max' ? 'maximum' : 'head'),
				set: (value) => change({ head: value === 'maximum' ? 'max' : 'mean' })
			}
		};
	}
	if (kind === 'logitLens') {
		return {
			lens: bind('view', { probability: 'top', next: 'probability', rank: 'rank' }),
			token: {
				get: () => toText(settings().token),
				set: (value) => change({ token: value === null ? null : Number(value) })
			},
			at: {
				get: () => toText((settings().positions as { start: number } | null)?.start),
				set: (value) => {
					if (value === null) return change({ positions: null });
					change({ positions: { start: Number(value), end: Number(value) + lensWidth } });
				}
			}
		};
	}
	return {};
}

/** Positions that the lens shows side by side. */
const lensWidth = 14;

const toText = (value: unknown) => (typeof value === 'number' ? String(value) : null);
