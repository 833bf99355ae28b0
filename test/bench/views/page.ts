import { flushSync, mount, unmount } from 'svelte';
import { parseGemma3Config } from '../../../src/lib/gemma3/parseConfiguration.js';
import { createTensor, type Tensor } from '../../../src/lib/tensor/tensor.js';
import type { Trace, TraceToken } from '../../../src/lib/trace/trace.js';
import { toWeightMatrix } from '../../../src/lib/views/attentionPicture.js';
import { openCells, toLayerMasks } from '../../../src/lib/views/layerMask.js';
import Host from './Host.svelte';
import type { ComponentProps } from 'svelte';

type View = ComponentProps<typeof Host>['view'];

const host = document.querySelector('#host')!;

/** A trace by formula: 26 layers of 8 heads, the shape of a 1B-like model. */
function createTrace(length: number): Trace {
	const config = parseGemma3Config({
		model_type: 'gemma3_text',
		num_hidden_layers: 26,
		num_attention_heads: 8,
		num_key_value_heads: 4,
		sliding_window: 512
	});
	const tokens = Array.from({ length }, (_, position): TraceToken => ({
		id: position % 97 === 0 ? 2 : 100 + (position % 97),
		text: ` word${position % 97}`,
		kind: position === 0 ? 'control' : 'text',
		turn: null,
		imageIndex: null,
		position,
		step: null
	}));
	const trace = {
		model: {
			name: 'bench',
			config,
			device: 'wasm' as const,
			deviceReason: '',
			dtype: 'fp32' as const,
			weightBytes: 0,
			recorded: false
		},
		tokens,
		pictures: [],
		images: [],
		masks: {
			rule: '5.17' as const,
			slidingWindow: 512,
			attentionMask: tokens.map(() => 1),
			tokenTypeIds: tokens.map(() => 0),
			edits: [],
			promptLength: length
		}
	};
	const open = toLayerMasks(trace)[0].open;
	const made = new Map<number, Tensor>();
	const weights = (heads: number) => {
		const known = made.get(heads);
		if (known) return known;
		const data = new Float32Array(heads * length * length);
		for (let row = 0; row < heads * length; row++) {
			const query = row % length;
			let sum = 0;
			for (let key = 0; key <= query; key++) {
				if (open[query * length + key] === 0) continue;
				const weight = 1 / (1 + ((query - key) % (7 + Math.floor(row / length))));
				data[row * length + key] = weight;
				sum += weight;
			}
			for (let key = 0; key <= query; key++) data[row * length + key] /= sum;
		}
		const tensor = createTensor('float32', [heads, length, length], data);
		made.set(heads, tensor);
		return tensor;
	};
	const none = async () => {
		throw new Error('the bench has no such numbers');
	};
	const state = createTensor(
		'float32',
		[length, 64],
		Float32Array.from({ length: length * 64 }, (_, i) => Math.sin(i))
	);
	const scores = Array.from({ length: 5 }, (_, id) => ({
		id,
		text: ' word',
		logit: -id,
		probability: 0.5 ** (id + 1)
	}));
	const cell = { scores, divergence: 1, rank: null, nextProbability: 0.1 };
	return {
		...trace,
		// Two heads are enough where a view of a long trace asks for one layer: it is not the model that is timed.
		attention: async () => weights(length > 512 ? 2 : 8),
		hiddenState: async () => state,
		topLogits: none,
		lens: async ({ layers, positions }) =>
			Array(layers.length * (positions.end - positions.start)).fill(cell),
		visionAttention: none,
		visionState: none
	};
}

interface Ready {
	readonly trace: Trace;
	readonly matrix: ReturnType<typeof toWeightMatrix>;
	readonly open: Uint8Array;
}
const traces = new Map<number, Ready>();

async function prepare(length: number): Promise<Ready> {
	let ready = traces.get(length);
	if (!ready) {
		const trace = createTrace(length);
		const matrix = toWeightMatrix(await trace.attention({ layer: 0 }), 0);
		ready = { trace, matrix, open: openCells(toLayerMasks(trace)[0], 0) };
		traces.set(length, ready);
	}
	return ready;
}

/** A task of its own: asked for within a frame, it runs once the frame has been drawn. */
function nextMessage(): Promise<void> {
	return new Promise((resolve) => {
		const channel = new MessageChannel();
		channel.port1.onmessage = () => resolve();
		channel.port2.postMessage(null);
	});
}

/** Resolves once what is in the page now has been drawn. */
async function whenDrawn(): Promise<void> {
	await new Promise(requestAnimationFrame);
	await nextMessage();
}

async function open(view: View, length: number) {
	const { trace, matrix, open: cells } = await prepare(length);
	await whenDrawn();
	const start = performance.now();
	const component = mount(Host, { target: host, props: { view, trace, matrix, open: cells } });
	flushSync();
	const script = performance.now() - start;
	await whenDrawn();
	return { component, script, drawn: performance.now() - start };
}

const bench = {
	async firstPaint(length: number) {
		const { component, script, drawn } = await open('matrix', length);
		await unmount(component);
		return { script, drawn };
	},

	/** Frames and script a frame while zooming in and then dragging, one step a frame. */
	async panAndZoom(length: number) {
		const { component } = await open('matrix', length);
		const picture = host.querySelector<HTMLElement>('[role="grid"]')!;
		const box = picture.getBoundingClientRect();
		const at = { clientX: box.left + 300, clientY: box.top + 300, bubbles: true };
		const scripts: number[] = [];
		const frames: number[] = [];
		let last = performance.now();
		const step = async (act: () => void) => {
			const start = performance.now();
			act();
			flushSync();
			scripts.push(performance.now() - start);
			await new Promise(requestAnimationFrame);
			const now = performance.now();
			frames.push(now - last);
			last = now;
		};
		for (let i = 0; i < 30; i++) {
			await step(() =>
				picture.dispatchEvent(
					new WheelEvent('wheel', { ...at, deltaY: -12, ctrlKey: true, cancelable: true })
				)
			);
		}
		// A drag by hand captures the pointer; a made-up event has none to capture.
		picture.setPointerCapture = () => {};
		picture.dispatchEvent(new PointerEvent('pointerdown', { ...at, button: 0, buttons: 1 }));
		for (let i = 1; i <= 30; i++) {
			await step(() =>
				picture.dispatchEvent(
					new PointerEvent('pointermove', {
						...at,
						buttons: 1,
						clientX: at.clientX - 6 * i,
						clientY: at.clientY - 6 * i
					})
				)
			);
		}
		await unmount(component);
		return { scripts, frames: frames.slice(1) };
	},

	async hover(length: number) {
		const { component } = await open('matrix', length);
		const picture = host.querySelector<HTMLElement>('[role="grid"]')!;
		const box = picture.getBoundingClientRect();
		const scripts: number[] = [];
		const drawn: number[] = [];
		for (let i = 0; i < 30; i++) {
			// A browser hands moves of the pointer over at the start of a frame, so that is when they come here.
			await new Promise(requestAnimationFrame);
			const start = performance.now();
			picture.dispatchEvent(
				new PointerEvent('pointermove', {
					clientX: box.left + 150 + 11 * i,
					clientY: box.top + 100 + 13 * i,
					pointerType: 'mouse',
					bubbles: true
				})
			);
			flushSync();
			scripts.push(performance.now() - start);
			await nextMessage();
			drawn.push(performance.now() - start);
		}
		await unmount(component);
		return { scripts, drawn };
	},

	/** From all weights in memory to all thumbnails and scores on screen. */
	async grid(length: number) {
		await prepare(length);
		const start = performance.now();
		const { component } = await open('heads', length);
		while (host.querySelector('[data-done="true"]') === null) {
			await new Promise((resolve) => setTimeout(resolve));
		}
		await whenDrawn();
		const ms = performance.now() - start;
		await unmount(component);
		return ms;
	},

	async nodes(view: View, length: number) {
		const { component } = await open(view, length);
		await new Promise((resolve) => setTimeout(resolve, 400));
		const count = document.querySelectorAll('*').length;
		await unmount(component);
		return count;
	},

	async openAndClose(view: View, length: number) {
		const { component } = await open(view, length);
		await unmount(component);
	},

	/** A head view with one SVG line a head, query and key, as BertViz draws it. */
	async lines(heads: number, length: number) {
		await whenDrawn();
		const start = performance.now();
		const namespace = 'http://www.w3.org/2000/svg';
		const svg = document.createElementNS(namespace, 'svg');
		svg.setAttribute('height', String(length * 20));
		for (let head = 0; head < heads; head++) {
			for (let query = 0; query < length; query++) {
				for (let key = 0; key < length; key++) {
					const line = document.createElementNS(namespace, 'line');
					line.setAttribute('x1', '0');
					line.setAttribute('y1', String(query * 20));
					line.setAttribute('x2', '115');
					line.setAttribute('y2', String(key * 20));
					line.setAttribute('stroke', 'blue');
					line.setAttribute('stroke-opacity', String(key > query ? 0 : 1 / (1 + query) / heads));
					svg.append(line);
				}
			}
		}
		host.append(svg);
		await whenDrawn();
		const ms = performance.now() - start;
		svg.remove();
		return ms;
	},

	/** Ours: the same tokens as lines on a canvas. */
	async ourLines(length: number) {
		const { component, drawn } = await open('lines', length);
		await unmount(component);
		return drawn;
	}
};

Object.assign(globalThis, { bench, use: () => bench });
export type Bench = typeof bench;
