import type { Attachment } from 'svelte/attachments';

/** How far outside the window an element counts as near, in heights of it. */
const margin = '120% 0px';

/** What came near and waits for its frame. */
const waiting: (() => void)[] = [];

/**
 * Calls once, when an element comes near to what is on screen. In one frame one is called, so that
 * scrolling past many does not hold the page up.
 */
export function nearViewport(onNear: () => void): Attachment<HTMLElement> {
	return (element) => {
		const observer = new IntersectionObserver(
			([entry]) => {
				if (!entry.isIntersecting) return;
				observer.disconnect();
				wait(onNear);
			},
			{ rootMargin: margin }
		);
		observer.observe(element);
		return () => observer.disconnect();
	};
}

function wait(call: () => void): void {
	waiting.push(call);
	if (waiting.length === 1) requestAnimationFrame(next);
}

function next(): void {
	waiting.shift()?.();
	if (waiting.length > 0) requestAnimationFrame(next);
}
