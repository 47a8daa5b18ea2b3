// Watches the page's own files until the page runs, and records the input in the form of a first visit. Inlined in index.html, so
// that it works without any of those files.
(() => {
  // Without a page after this long, a message is shown. Loading continues.
  const SLOW_AFTER_MS = 8000;

  // A finger's click comes a little after it was lifted.
  const CLICK_MS = 50;

  // How long the server may take to answer whether it has a file.
  const HEAD_TIMEOUT_MS = 5000;

  const WORDS = {
    en: {
      slow: 'Steadfast is taking a long time to load. The connection may be slow, or part of the page is not arriving.',
      gone: 'Part of Steadfast is missing on the server, which may be updating. Try again in a minute.',
      failed: 'Part of Steadfast could not be loaded. Check your connection and try again.',
      old: 'This browser is too old for Steadfast: it lacks WebAssembly. Use a current browser.',
      reload: 'Try again',
      close: 'Close',
    },
    ko: {
      slow: 'Steadfast를 불러오는 데 오래 걸리고 있어요. 연결이 느리거나 일부 파일이 도착하지 않고 있어요.',
      gone: '서버에 Steadfast의 일부 파일이 없어요. 업데이트 중일 수 있으니 잠시 뒤에 다시 시도해 주세요.',
      failed: 'Steadfast의 일부 파일을 불러오지 못했어요. 연결을 확인하고 다시 시도해 주세요.',
      old: '이 브라우저에는 WebAssembly가 없어 Steadfast를 열 수 없어요. 최신 브라우저를 사용해 주세요.',
      reload: '다시 시도',
      close: '닫기',
    },
  };
  // This device's choices, under the keys of web/src/storage/preferences.rs.
  const path = (document.querySelector('meta[name=base-path]')?.content ?? '').replace(/^\/+|\/+$/g, '');
  const scoped = (name) => `steadfast.${name}${path && `/${path}`}`;
  const load = (name) => {
    try {
      return localStorage.getItem(scoped(name));
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(scoped(name), value);
    } catch {
      // Without storage, the choice is not remembered.
    }
  };

  const preferred = (navigator.languages || [navigator.language]).map((tag) => String(tag).slice(0, 2).toLowerCase());
  const chosen = load('language');
  let language = chosen in WORDS ? chosen : preferred.find((tag) => tag in WORDS) || 'en';

  const root = document.documentElement;
  root.lang = language;
  root.dataset.theme = load('theme') ?? 'system';
  root.dataset.visitor = load('known') ? 'known' : 'new';

  // Input from before the page runs is replayed by web/src/account/first_form.rs, which reads these attributes.
  const form = () => document.getElementById('boot-form');
  addEventListener('submit', (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    if (form().querySelector('input').value.trim()) form().dataset.wants = 'join';
  });
  addEventListener('click', ({ target }) => {
    const action = target.closest?.('[data-boot]')?.dataset.boot;
    if (action === 'passphrase') form().dataset.wants = action;
    if (action !== 'language') return;
    language = language === 'en' ? 'ko' : 'en';
    root.lang = language;
    store('language', language);
  });
  // The form stays while a person is in the middle of something in it: a syllable would be broken, and a button that is gone before it
  // is released was never clicked.
  const begun = new Set();
  const mark = (what, on) => {
    if (on) begun.add(what);
    else begun.delete(what);
    form()?.toggleAttribute('data-busy', begun.size > 0);
    dispatchEvent(new Event('boot-form'));
  };
  for (const [type, on] of [['compositionstart', true], ['compositionend', false]]) {
    addEventListener(type, ({ target }) => target.id === 'boot-nickname' && mark('composition', on));
  }
  addEventListener('pointerdown', ({ target }) => form()?.contains(target) && mark('press', true));
  addEventListener('keydown', ({ key, target }) => key === ' ' && form()?.contains(target) && mark('press', true));
  for (const type of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
    addEventListener(type, () => begun.has('press') && setTimeout(() => mark('press', false), CLICK_MS));
  }

  const started = () => document.body && !document.getElementById('boot');
  const files = () =>
    [...document.querySelectorAll('link[href]')].filter((link) => /^(stylesheet|modulepreload|preload)$/.test(link.rel));
  // The browser knows whether this load is a reload, which prevents a loop without any stored state.
  const isReload = () => {
    const [navigation] = performance.getEntriesByType('navigation');
    return !navigation || navigation.type === 'reload';
  };

  let box;
  let shown;
  const show = (problem) => {
    if (!document.body) {
      setTimeout(() => show(problem), 50);
      return;
    }
    box?.remove();
    shown = problem;
    box = document.createElement('div');
    box.className = 'boot-trouble';
    box.lang = language;
    box.dataset.testid = 'boot-trouble';
    box.setAttribute('role', 'alert');
    const text = document.createElement('p');
    text.textContent = WORDS[language][problem];
    box.append(text);
    const addButton = (name, act) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = `boot-${name}`;
      button.textContent = WORDS[language][name];
      button.addEventListener('click', act);
      box.append(button);
    };
    if (problem !== 'old') addButton('reload', () => location.reload());
    // For a page that runs after all, though perhaps without its style sheets.
    addButton('close', () => box.remove());
    document.body.append(box);
    new MutationObserver((_, observer) => {
      if (!started()) return;
      observer.disconnect();
      if (shown === 'slow') box.remove();
    }).observe(document.body, { childList: true });
  };

  // A missing file belongs to another build: the current page names other files.
  let handling = false;
  const handleFailure = async (failed) => {
    if (handling) return;
    handling = true;
    const isGone = (link) =>
      fetch(link.href, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(HEAD_TIMEOUT_MS) }).then(
        (response) => response.status === 404 || response.status === 410,
        () => false,
      );
    const suspects = failed ? [failed] : files().filter((link) => link.rel !== 'stylesheet');
    const gone = (await Promise.all(suspects.map(isGone))).includes(true);
    if (gone && !isReload()) location.reload();
    else show(gone ? 'gone' : 'failed');
  };

  // Files that fail to load, and errors of the module that starts the page. Once the page runs, it handles its own errors.
  const failedFile = ({ target }) => files().find((link) => link === target);
  addEventListener('error', (event) => (failedFile(event) || !started()) && handleFailure(failedFile(event)), true);
  addEventListener('unhandledrejection', () => !started() && handleFailure());
  if (typeof WebAssembly !== 'object') {
    handling = true;
    show('old');
  }
  setTimeout(() => {
    if (!box && !started()) show('slow');
  }, SLOW_AFTER_MS);
})();
