import AxeBuilder from '@axe-core/playwright';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { startHubServer, type HubServer } from '../support/hubServer.js';
import { miniRepository } from '../support/miniRepository.js';

/** A Hub on this machine that has the embedded model under another name, in six shards. */
const repository = 'owner/mini-it';
const files = miniRepository();
let hub: HubServer;

test.beforeEach(async () => {
	hub = await startHubServer(repository, files);
});
test.afterEach(() => hub.close());

const chip = (page: Page) => page.locator('header summary');
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Model' });
const alert = (page: Page) => dialog(page).getByRole('alert');
const button = (page: Page, name: string | RegExp) =>
	dialog(page).getByRole('button', { name, exact: typeof name === 'string' });

/** Requests for weights beyond the headers' 64 KiB. */
const weightRequests = () =>
	hub.log.filter((line) => /GET \/model-.*bytes=/.test(line) && !/bytes=0-65535/.test(line));

async function openDialog(page: Page): Promise<void> {
	await chip(page).click();
	await page.getByRole('button', { name: /Another model|Show the progress/ }).click();
	await expect(dialog(page)).toBeVisible();
}

/** The page with the dialog open and the local Hub's repository typed in. */
async function choose(page: Page, token = ''): Promise<void> {
	await page.goto('/');
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await openDialog(page);
	await dialog(page).getByRole('radio', { name: 'another repository' }).check();
	await dialog(page).getByRole('textbox', { name: 'Repository' }).fill(repository);
	await dialog(page).getByText('Revision, mirror').click();
	await dialog(page).getByRole('textbox', { name: 'Endpoint' }).fill(hub.endpoint);
	if (token) await dialog(page).getByLabel('Access token').fill(token);
}

/** What of it is needed is said before it can be loaded. */
async function lookUp(page: Page): Promise<void> {
	await button(page, 'Look it up').click();
	await expect(dialog(page).getByText('It fits.')).toBeVisible();
}

async function expectLoaded(page: Page, dtype = 'q8'): Promise<void> {
	await expect(chip(page)).toHaveText(new RegExp(`owner/mini-it · WebAssembly · ${dtype}`), {
		timeout: 60_000
	});
	await expect(dialog(page)).toBeHidden();
}

async function load(page: Page): Promise<void> {
	await button(page, 'Load').click();
	await expectLoaded(page);
}

/** Hashes of the parts of the kept weights. */
const keptParts = (page: Page) =>
	page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		const models = await root.getDirectoryHandle('models');
		const hashes: string[] = [];
		for await (const folder of models.values()) {
			const handle = await (folder as FileSystemDirectoryHandle).getFileHandle('stored-model.json');
			const manifest = JSON.parse(await (await handle.getFile()).text()) as {
				parts: { hashes: string[] };
			};
			hashes.push(...manifest.parts.hashes);
		}
		return hashes;
	});

/** What an undisturbed load keeps. */
async function expectWhole(page: Page, context: BrowserContext): Promise<void> {
	const parts = await keptParts(page);
	expect(parts.length).toBeGreaterThan(1);
	const calm = await startHubServer(repository, files);
	const other = await context.browser()!.newContext();
	try {
		const fresh = await other.newPage();
		const before = hub;
		hub = calm;
		await choose(fresh);
		hub = before;
		await lookUp(fresh);
		await load(fresh);
		expect(await keptParts(fresh)).toEqual(parts);
	} finally {
		await other.close();
		await calm.close();
	}
}

test('from the chooser to a trace: nothing is asked before, and nothing but bytes is fetched after', async ({
	page
}) => {
	await choose(page);
	expect(hub.log).toEqual([]);
	await lookUp(page);
	// The list of files and the configuration; no weight.
	expect(hub.log.filter((line) => line.startsWith('GET /'))).toHaveLength(3);
	await expect(dialog(page).getByRole('row', { name: /^on disk 8\.\d MB/ })).toBeVisible();
	await load(page);
	await expect(page.locator('[data-trace="live"]')).toBeVisible({ timeout: 30_000 });
	await expect(page.getByRole('grid', { name: /^Attention of layer/ })).toBeVisible();
	expect(hub.log.every((line) => /^(GET|OPTIONS) /.test(line))).toBe(true);
	expect(weightRequests().length).toBeGreaterThan(5);
	// It stays loaded on another page.
	await page.keyboard.press('i');
	await expect(page.getByText('computed here on')).toBeVisible({ timeout: 30_000 });
	await expect(chip(page)).toContainText('owner/mini-it');
	await openDialog(page);
	await expect(dialog(page).getByText('main · 1111111')).toBeVisible();
});

test('the next visit reads what is kept, asking for no weight, and without a server at all', async ({
	page
}) => {
	await choose(page);
	await lookUp(page);
	await load(page);
	const asked = weightRequests().length;
	await choose(page);
	await lookUp(page);
	await expect(dialog(page).getByText('Kept here already')).toBeVisible();
	await load(page);
	expect(weightRequests()).toHaveLength(asked);
	const before = hub.log.length;
	await page.reload();
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await openDialog(page);
	await button(page, 'Load owner/mini-it q8').click();
	await expectLoaded(page);
	expect(hub.log).toHaveLength(before);
	// It can be deleted, once that is said twice.
	await openDialog(page);
	await button(page, 'Delete owner/mini-it q8').click();
	await button(page, 'Really delete owner/mini-it q8').click();
	await expect(dialog(page).getByText('Kept in this browser')).toBeHidden();
});

test('a gated repository: refused without a token and with a wrong one, and the token stays in memory', async ({
	page
}) => {
	hub.faults.token = 'hf_right';
	await choose(page);
	await button(page, 'Look it up').click();
	await expect(alert(page)).toContainText(/status 401; it is gated/);
	const licence = dialog(page).getByRole('link', { name: `Open ${repository}` });
	await expect(licence).toHaveAttribute('href', `${hub.endpoint}/${repository}`);
	const token = dialog(page).getByLabel('Access token');
	await expect(token).toHaveAttribute('type', 'password');
	await expect(token).toHaveAttribute('autocomplete', 'off');
	await token.fill('hf_wrong');
	await button(page, 'Look it up').click();
	await expect(alert(page)).toContainText(/status 403; your account has no access/);
	await token.fill('hf_right');
	await lookUp(page);
	await load(page);
	// The token goes to the Hub, not to the store behind it, and is not in any address.
	const withToken = hub.log.filter((line) => line.endsWith(' token'));
	expect(withToken.length).toBeGreaterThan(5);
	expect(withToken.every((line) => /^GET \/(api|owner)\//.test(line))).toBe(true);
	expect(hub.log.join('\n')).not.toContain('hf_');
	const kept = await page.evaluate(async () => {
		const texts = [location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
		const walk = async (folder: FileSystemDirectoryHandle) => {
			for await (const handle of folder.values()) {
				if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle);
				else if (/json$/.test(handle.name)) {
					texts.push(await (await (handle as FileSystemFileHandle).getFile()).text());
				}
			}
		};
		await walk(await navigator.storage.getDirectory());
		texts.push(JSON.stringify(await indexedDB.databases()), document.documentElement.outerHTML);
		return texts.join('\n');
	});
	expect(kept).toContain('owner/mini-it');
	expect(kept).not.toContain('hf_right');
});

test('what a server refuses is said with what to do', async ({ page }) => {
	await choose(page);
	await dialog(page).getByRole('textbox', { name: 'Revision' }).fill('nowhere');
	await button(page, 'Look it up').click();
	await expect(alert(page)).toContainText('has no revision nowhere; choose a branch');
	await dialog(page).getByRole('textbox', { name: 'Revision' }).fill('');
	await lookUp(page);
	hub.faults.statuses = [{ status: 429, retryAfter: 120 }];
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText(/status 429; too many requests/);
	hub.faults.statuses = [{ status: 404 }];
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText('lists config.json but does not have it');
	// The model before is still there.
	await expect(page.locator('header .light.ready')).toBeVisible();
	await expect(chip(page)).toContainText('gemma3-mini');
	// What passes is waited for.
	hub.faults.statuses = [{ status: 500 }, { status: 503 }];
	await load(page);
});

test('a server that cannot be reached is said, and a network that is lost for a while is waited for', async ({
	page
}) => {
	await choose(page);
	await lookUp(page);
	hub.faults.cutAfter = 3e6;
	await load(page);
	await expectWhole(page, page.context());
	await page.context().setOffline(true);
	await openDialog(page);
	await dialog(page).getByRole('combobox', { name: 'weights' }).selectOption('q4');
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText('cannot be reached; check the connection', {
		timeout: 40_000
	});
});

test('bytes that are missing or damaged are found', async ({ page }) => {
	await choose(page);
	await lookUp(page);
	hub.faults.corrupt = { path: 'model-3-of-6.safetensors', at: 500_000 };
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText(
		'model-3-of-6.safetensors of owner/mini-it came with other bytes than its hash promises'
	);
	hub.faults.corrupt = undefined;
	hub.faults.shorten = 8;
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText(/only \d+ bytes came where \d+ were asked for/, {
		timeout: 40_000
	});
	hub.faults.shorten = undefined;
	await load(page);
	await expectWhole(page, page.context());
});

test('a load pauses, goes on, is cancelled and taken up again without fetching twice', async ({
	page
}) => {
	await choose(page);
	await lookUp(page);
	hub.faults.rate = 4e6;
	await button(page, 'Load').click();
	const progress = dialog(page).getByRole('region', { name: 'Progress' });
	await expect(progress).toContainText(/\d MB of 14 MB · .* MB\/s · \d+ s left/);
	await expect.poll(() => weightRequests().length).toBeGreaterThan(2);
	await button(page, 'Pause').click();
	await expect(progress).toContainText('paused');
	await expect(page.locator('header .light.ready')).toBeVisible();
	await page.waitForTimeout(300);
	const asked = hub.log.length;
	await page.waitForTimeout(700);
	expect(hub.log).toHaveLength(asked);
	// So slowly that there is time to cancel.
	hub.faults.rate = 1e6;
	await button(page, 'Go on').click();
	const count = () => weightRequests().length;
	await expect.poll(count, { intervals: [100], timeout: 30_000 }).toBeGreaterThan(4);
	await button(page, 'Cancel').click();
	await expect(dialog(page).getByText('not whole: load it again')).toBeVisible();
	hub.faults.rate = undefined;
	await load(page);
	// Of six shards only those that were under way were asked for twice.
	const first = weightRequests().filter((line) => line.includes('/model-1-of-6'));
	expect(first).toHaveLength(1);
	await expectWhole(page, page.context());
});

test('a tab that is closed in mid-conversion loses nothing that was written', async ({
	context
}) => {
	const killed = await context.newPage();
	await choose(killed);
	await lookUp(killed);
	hub.faults.rate = 4e6;
	await button(killed, 'Load').click();
	await expect.poll(() => weightRequests().length).toBeGreaterThan(3);
	await killed.close();
	hub.faults.rate = undefined;
	const before = weightRequests().length;
	const page = await context.newPage();
	await choose(page);
	await lookUp(page);
	await expect(dialog(page).getByText('not whole')).toBeVisible();
	await load(page);
	expect(weightRequests().length - before).toBeLessThan(6);
	await expectWhole(page, context);
});

test('of two tabs that load one model, the second waits and fetches nothing', async ({
	context
}) => {
	const [one, two] = [await context.newPage(), await context.newPage()];
	for (const page of [one, two]) {
		await choose(page);
		await lookUp(page);
	}
	hub.faults.rate = 6e6;
	await button(one, 'Load').click();
	await expect.poll(() => weightRequests().length).toBeGreaterThan(0);
	await button(two, 'Load').click();
	await expect(dialog(two).getByText('Another tab has it.')).toBeVisible();
	await expectLoaded(one);
	const asked = weightRequests().length;
	await expectLoaded(two);
	expect(weightRequests()).toHaveLength(asked);
	expect(asked).toBeLessThan(14);
});

test('a revision that changed between two visits is fetched again, and the page says so', async ({
	page
}) => {
	await choose(page);
	await lookUp(page);
	await load(page);
	const asked = weightRequests().length;
	hub.commit = '2'.repeat(40);
	await choose(page);
	await lookUp(page);
	await load(page);
	expect(weightRequests().length).toBeGreaterThan(asked);
	await expect(page.getByText('had changed since it was kept')).toBeVisible();
});

test('a full disk is said, and a model need not be kept', async ({ page }) => {
	await choose(page);
	await lookUp(page);
	const session = await page.context().newCDPSession(page);
	const { origin } = new URL(page.url());
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 6e6 });
	await button(page, 'Load').click();
	await expect(alert(page)).toContainText(/there is no room for .*: delete a stored model/i);
	await dialog(page).getByRole('checkbox', { name: 'keep it in this browser' }).uncheck();
	await expect(dialog(page).getByRole('row', { name: /^on disk nothing/ })).toBeVisible();
	await load(page);
});

test('a folder that is picked is kept too', async ({ page }) => {
	await page.goto('/');
	await expect(page.locator('header .light.ready')).toBeVisible({ timeout: 60_000 });
	await openDialog(page);
	await dialog(page).getByText('Folder', { exact: true }).click();
	await dialog(page).getByLabel('choose a folder').setInputFiles('static/models/gemma3-mini');
	await expect(dialog(page).getByText('gemma3-mini: 8 files, 14 MB.')).toBeVisible();
	await expect(dialog(page).getByText('It fits.')).toBeVisible();
	await dialog(page).getByRole('combobox', { name: 'weights' }).selectOption('q4');
	await button(page, 'Load').click();
	await expect(chip(page)).toContainText('gemma3-mini · WebAssembly · q4', { timeout: 60_000 });
	await openDialog(page);
	await expect(button(page, 'Load gemma3-mini q4')).toBeVisible();
	await dialog(page).getByText('Folder', { exact: true }).click();
	await dialog(page).getByLabel('choose files').setInputFiles('package.json');
	await expect(alert(page)).toContainText('has no config.json');
});

for (const colorScheme of ['light', 'dark'] as const) {
	test(`axe finds nothing in the ${colorScheme} dialog, wide and narrow`, async ({ page }) => {
		await page.emulateMedia({ colorScheme });
		await choose(page);
		await lookUp(page);
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 900 });
			const { violations } = await new AxeBuilder({ page }).include('dialog[open]').analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
			const wider = await dialog(page).evaluate(
				(element) => element.scrollWidth - element.clientWidth
			);
			expect(wider).toBe(0);
		}
	});
}
