"use strict";
// Sorting and filtering of the tables. Without it they stand in the order of the page, whole.
(() => {
  const textOf = (row, column) => row.cells[column].textContent.trim();
  const order = new Intl.Collator(undefined, { numeric: true }).compare;

  // What cannot be told ("–") stays below, whichever way the column is sorted. Only in a column of
  // numbers is 5.10 less than 5.2: elsewhere it is a check.
  const compare = (left, right, numbers, down) => {
    if (left === "–" || right === "–") return (left === "–") - (right === "–");
    const number = (words) => parseFloat(words.replace("−", "-"));
    const difference = numbers ? number(left) - number(right) : order(left, right);
    return down ? -difference : difference;
  };

  const narrowing = new Map();

  const sort = (table, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const numbers = head.classList.contains("number");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [textOf(row, head.cellIndex), row]);
    keyed.sort((a, b) => compare(a[0], b[0], numbers, down));
    body.append(...keyed.map(([, row]) => row));
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    narrowing.get(table)?.();
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head));
    }
  }

  for (const tools of document.querySelectorAll(".tools")) {
    const table = document.getElementById(tools.dataset.table);
    const body = table.tBodies[0];
    const texts = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
    const search = tools.querySelector("input");
    const states = tools.querySelector("select");
    const all = tools.querySelector("button");
    const said = tools.querySelector("output");
    // A long list shows its first few rows until somebody asks for all, or for some.
    let few = Number(tools.dataset.few) || Infinity;
    let wanted = "";
    let about = "";

    const show = () => {
      const asked = search.value.trim().toLowerCase().split(/\s+/);
      const most = search.value.trim() ? Infinity : few;
      let fitting = 0;
      for (const row of body.rows) {
        const fits =
          asked.every((word) => texts.get(row).includes(word)) &&
          (!states || !states.value || row.dataset.state === states.value) &&
          (!wanted || (row.dataset.found || "").split(" ").includes(wanted));
        row.hidden = !fits;
        row.classList.toggle("later", fits && fitting >= most);
        fitting += fits;
      }
      const shown = Math.min(fitting, most);
      all.hidden = shown === texts.size;
      said.textContent = `${shown} of ${texts.size}${about && ` with: ${about}`}`;
    };

    search.addEventListener("input", show);
    if (states) states.addEventListener("change", show);
    all.addEventListener("click", () => {
      search.value = wanted = about = "";
      few = Infinity;
      if (states) states.value = "";
      show();
      search.focus();
    });
    for (const link of document.querySelectorAll(`a[data-found][href="#${table.id}"]`)) {
      link.hidden = false;
      link.addEventListener("click", () => {
        search.value = "";
        if (states) states.value = "";
        wanted = link.dataset.found;
        about = link.dataset.about;
        show();
      });
    }
    narrowing.set(table, show);
    tools.hidden = false;
    show();
  }
})();
