// Rows of a table by words and by state; a heading sorts on Enter as on a click.
for (const box of document.querySelectorAll("[data-filters]")) {
  const table = document.getElementById(box.dataset.filters);
  const count = box.querySelector("output");
  const words = box.querySelector("input");
  const choice = box.querySelector("select");
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      const fits = wanted.every((word) => text.includes(word)) && (!choice || !choice.value || row.dataset.state === choice.value);
      row.hidden = !fits;
      shown += fits;
    }
    count.value = `${shown} of ${table.tBodies[0].rows.length}`;
  };
  words.addEventListener("input", apply);
  if (choice) choice.addEventListener("change", apply);
  box.hidden = false;
  apply();
}
for (const heading of document.querySelectorAll("table.sortable th:not(.no-sort)")) {
  heading.tabIndex = 0;
  heading.addEventListener("keydown", (event) => {
    if (event.key === "Enter") heading.click();
  });
}
