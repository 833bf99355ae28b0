import { expect, test, type Page } from '@playwright/test';

interface Violation {
	directive: string;
	blocked: string;
}

declare global {
	interface Window {
		violations: Violation[];
		ran: boolean;
	}
}

/** Collects what the policy refuses from the first moment of a page on. */
async function watch(page: Page): Promise<void> {
	await page.addInitScript(() => {
		window.violations = [];
		document.addEventListener('securitypolicyviolation', (event) => {
			window.violations.push({ directive: event.effectiveDirective, blocked: event.blockedURI });
		});
	});
}

test('the app does nothing that its own policy refuses', async ({ page }) => {
	await watch(page);
	const complaints: string[] = [];
	page.on('console', (message) => {
		if (/content security policy/i.test(message.text())) complaints.push(message.text());
	});
	// The model's worker, its WebAssembly, its threads and its weights.
	const weights = page.waitForEvent('requestfinished', (request) =>
		request.url().endsWith('.safetensors')
	);
	await page.goto('/');
	await weights;
	await page.waitForLoadState('networkidle');
	expect(await page.evaluate(() => window.violations)).toEqual([]);
	expect(complaints).toEqual([]);
	expect(page.workers().length).toBeGreaterThan(0);
});

test('markup that slipped in can run nothing and load nothing', async ({ page, baseURL }) => {
	await watch(page);
	await page.goto('/');
	const asked = new Set<string>();
	const refused = new Set<string>();
	page.on('request', (request) => {
		if (!request.url().startsWith(baseURL!)) asked.add(request.url());
	});
	page.on('requestfailed', (request) => {
		if (request.failure()?.errorText === 'csp') refused.add(request.url());
	});
	const violations = await page.evaluate(async () => {
		window.ran = false;
		const place = document.createElement('div');
		document.body.append(place);
		place.innerHTML = [
			'<img src=x onerror="window.ran = true">',
			'<svg onload="window.ran = true"></svg>',
			'<iframe srcdoc="<script>parent.ran = true</script>"></iframe>',
			'<img src="https://evil.example/pixel.png">',
			'<object data="https://evil.example/x"></object>',
			'<a href="javascript:window.ran = true">x</a>'
		].join('');
		const script = document.createElement('script');
		script.textContent = 'window.ran = true';
		place.append(script);
		const remote = document.createElement('script');
		remote.src = 'https://evil.example/x.js';
		place.append(remote);
		const style = document.createElement('link');
		style.rel = 'stylesheet';
		style.href = 'https://evil.example/x.css';
		place.append(style);
		// In a task of the page's own: the policy does not bind what the test evaluates.
		setTimeout(() => (0, eval)('window.ran = true'));
		place.querySelector('a')!.click();
		await new Promise((resolve) => setTimeout(resolve, 500));
		return window.violations.map(({ directive }) => directive);
	});
	expect(await page.evaluate(() => window.ran)).toBe(false);
	// Refused before it left, rather than sent and not answered.
	expect(asked).toEqual(refused);
	for (const directive of [
		'script-src-attr',
		'script-src-elem',
		'script-src',
		'img-src',
		'style-src-elem',
		'object-src'
	]) {
		expect(violations).toContain(directive);
	}
});
