    if (row.partkkk) {
      if (!(await store.post(row.partkkk, kkk))) return;
    } else {
      store.skip(kkk);
    }
