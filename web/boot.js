// Watches over the page's own files until the page runs, and keeps what is done in the form of a first visit. Part of index.html, so
// that it needs none of them.
(() => {
  // After so long without a page, a person is told. Loading goes on.
  const PATIENCE_MS = 8000;

  // So long a server may take to say whether it has a file.
  const ANSWER_MS = 5000;

  const WORDS = {
    en: {
      slow: 'Steadfast is taking long to load. The connection may be slow, or a part of the page does not arrive.',
      gone: 'A part of Steadfast is missing on the server. It may be being updated: try again in a minute.',
      failed: 'A part of Steadfast could not be loaded. Check your connection and try again.',
      old: 'This browser is too old for Steadfast: it has no WebAssembly. A current browser will do.',
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
  // What this device keeps of its choices, under the names that web/src/storage/preferences.rs gives them.
  const path = (document.querySelector('meta[name=base-path]')?.content ?? '').replace(/^\/+|\/+$/g, '');
  const scoped = (name) => `steadfast.${name}${path && `/${path}`}`;
  const kept = (name) => {
    try {
      return localStorage.getItem(scoped(name));
    } catch {
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(scoped(name), value);
    } catch {
      // A browser without storage forgets it.
    }
  };

  const spoken = (navigator.languages || [navigator.language]).map((tag) => String(tag).slice(0, 2).toLowerCase());
  const chosen = kept('language');
  let language = chosen in WORDS ? chosen : spoken.find((tag) => tag in WORDS) || 'en';

  const root = document.documentElement;
  root.lang = language;
  root.dataset.theme = kept('theme') ?? 'system';
  root.dataset.visitor = kept('known') ? 'known' : 'new';

  // What is done before the page runs is done again by it: web/src/account/first_form.rs reads these.
  const form = () => document.getElementById('boot-form');
  addEventListener('submit', (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    if (form().querySelector('input').value.trim()) form().dataset.wants = 'join';
  });
  addEventListener('click', ({ target }) => {
    const does = target.closest?.('[data-boot]')?.dataset.boot;
    if (does === 'passphrase') form().dataset.wants = does;
    if (does !== 'language') return;
    language = language === 'en' ? 'ko' : 'en';
    root.lang = language;
    keep('language', language);
  });
  for (const [type, composing] of [['compositionstart', true], ['compositionend', false]]) {
    addEventListener(type, ({ target }) => {
      if (target.id === 'boot-nickname') form().toggleAttribute('data-composing', composing);
    });
  }

  const started = () => document.body && !document.getElementById('boot');
  const files = () =>
    [...document.querySelectorAll('link[href]')].filter((link) => /^(stylesheet|modulepreload|preload)$/.test(link.rel));
  // The browser remembers whether this load is one: so nothing has to be kept, and nothing goes round in circles.
  const isReload = () => {
    const [navigation] = performance.getEntriesByType('navigation');
    return !navigation || navigation.type === 'reload';
  };

  let box;
  let told;
  const tell = (what) => {
    if (!document.body) {
      setTimeout(() => tell(what), 50);
      return;
    }
    box?.remove();
    told = what;
    box = document.createElement('div');
    box.className = 'boot-trouble';
    box.lang = language;
    box.dataset.testid = 'boot-trouble';
    box.setAttribute('role', 'alert');
    const said = document.createElement('p');
    said.textContent = WORDS[language][what];
    box.append(said);
    const button = (name, act) => {
      const made = document.createElement('button');
      made.type = 'button';
      made.className = `boot-${name}`;
      made.textContent = WORDS[language][name];
      made.addEventListener('click', act);
      box.append(made);
    };
    if (what !== 'old') button('reload', () => location.reload());
    // For a page that runs after all, if only without its looks.
    button('close', () => box.remove());
    document.body.append(box);
    new MutationObserver((_, observer) => {
      if (!started()) return;
      observer.disconnect();
      if (told === 'slow') box.remove();
    }).observe(document.body, { childList: true });
  };

  // A file that is not there any more belonged to another build: the page as it is now names others.
  let looking = false;
  const look = async (failed) => {
    if (looking) return;
    looking = true;
    const isGone = (link) =>
      fetch(link.href, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) }).then(
        (answer) => answer.status === 404 || answer.status === 410,
        () => false,
      );
    const suspects = failed ? [failed] : files().filter((link) => link.rel !== 'stylesheet');
    const gone = (await Promise.all(suspects.map(isGone))).includes(true);
    if (gone && !isReload()) location.reload();
    else tell(gone ? 'gone' : 'failed');
  };

  // Files that fail, and what the module throws that starts the page. What happens once it runs is its own.
  const failedFile = ({ target }) => files().find((link) => link === target);
  addEventListener('error', (event) => (failedFile(event) || !started()) && look(failedFile(event)), true);
  addEventListener('unhandledrejection', () => !started() && look());
  if (typeof WebAssembly !== 'object') {
    looking = true;
    tell('old');
  }
  setTimeout(() => {
    if (!box && !started()) tell('slow');
  }, PATIENCE_MS);
})();
