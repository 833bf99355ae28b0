import type { Attachment } from 'svelte/attachments';

/** How far outside the window an element counts as near, in heights of it. */
const margin = '120% 0px';

/** Calls once, when an element comes near to what is on screen. */
export function nearViewport(onNear: () => void): Attachment<HTMLElement> {
	return (element) => {
		const observer = new IntersectionObserver(
			([entry]) => {
				if (!entry.isIntersecting) return;
				observer.disconnect();
				onNear();
			},
			{ rootMargin: margin }
		);
		observer.observe(element);
		return () => observer.disconnect();
	};
}
