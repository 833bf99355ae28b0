/** The element of a cell; null if it is not on the page. */
export function cellElement(id: string | null): HTMLElement | null {
	return id === null
		? null
		: document.querySelector<HTMLElement>(`#cells [data-cell="${CSS.escape(id)}"]`);
}

/** Puts the keyboard on a cell and shows as much of it as fits. */
export function focusCell(id: string | null): void {
	const cell = cellElement(id);
	if (!cell) return;
	cell.focus({ preventScroll: true });
	cell.scrollIntoView({ block: 'nearest' });
}

/** What Enter goes into: the first thing in a cell's body that takes the keyboard. */
export function firstControl(id: string): HTMLElement | null {
	return (
		cellElement(id)?.querySelector<HTMLElement>(
			'.body :is(textarea, input, select, button, a[href], [tabindex="0"]):not(:disabled)'
		) ?? null
	);
}

/** Whether keys at an element are text. */
export function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable) return true;
	return target.matches(
		'textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button])'
	);
}
