-- Drives the server from Neovim (0.7 and newer), as a user's configuration would. Environment: DOGPILE_LINT, the program.
-- Run in a folder with `lock.go`, by `nvim --headless -u NONE -i NONE -l` or `-S`.

local function fail(message)
  io.stderr:write(message .. '\n')
  vim.cmd('cquit 1')
end

local function until_holds(what, holds)
  if not vim.wait(60000, holds, 20) then
    fail('never: ' .. what .. '\n' .. vim.inspect(vim.diagnostic.get(0)))
  end
end

local function check(what, holds)
  if not holds then
    fail('not so: ' .. what)
  end
end

local function main()
  vim.o.hidden = true
  vim.cmd('edit lock.go')
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({
    name = 'dogpile-lint',
    cmd = { vim.env.DOGPILE_LINT, 'lsp' },
    root_dir = vim.fn.getcwd(),
  })
  check('the server starts', id and vim.lsp.buf_attach_client(buffer, id))

  local function has(code)
    for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
      local its = diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp and diagnostic.user_data.lsp.code)
      if its == code then
        return diagnostic
      end
    end
  end
  until_holds('diagnostics of the file', function()
    return has('unconditional-release')
  end)
  check('no constant token yet', not has('constant-token'))

  -- An unsaved change makes a fault.
  local function substitute(from, to)
    local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
    for number, line in ipairs(lines) do
      local start, stop = line:find(from, 1, true)
      if start then
        vim.api.nvim_buf_set_text(buffer, number - 1, start - 1, number - 1, stop, { to })
        return number
      end
    end
    fail(from .. ' is not in the buffer')
  end
  local line = substitute('token()', '"1"')
  until_holds('the fault that was typed', function()
    return has('constant-token')
  end)
  local found = has('constant-token')
  check('it is shown in its line', found.lnum == line - 1)
  local text = vim.api.nvim_buf_get_lines(buffer, found.lnum, found.lnum + 1, false)[1]
  check('and at its column, behind characters of four bytes', text:sub(found.col + 1, found.end_col) == 'SetNX')

  local function ask(method, params)
    local answers = vim.lsp.buf_request_sync(buffer, method, params, 60000)
    return answers and answers[id] and answers[id].result
  end
  local position = { line = found.lnum, character = vim.str_utfindex and select(2, vim.str_utfindex(text, found.col + 1)) or found.col + 1 }
  local document = vim.lsp.util.make_text_document_params(buffer)
  local hover = ask('textDocument/hover', { textDocument = document, position = position })
  check('a hover shows the rule', hover and hover.contents.value:find('constant-token', 1, true))
  check('and the schedule', hover.contents.value:find('confirmed on the model only', 1, true))

  local actions = ask('textDocument/codeAction', {
    textDocument = document,
    range = { start = position, ['end'] = position },
    context = { diagnostics = {} },
  })
  local allow
  for _, action in ipairs(actions or {}) do
    if action.title == 'allow constant-token here' then
      allow = action
    end
  end
  check('there is an action that allows it', allow)
  vim.lsp.util.apply_workspace_edit(allow.edit, vim.lsp.get_client_by_id(id).offset_encoding)
  local comment = vim.api.nvim_buf_get_lines(buffer, found.lnum, found.lnum + 1, false)[1]
  check('the comment stands above its line, as deep: ' .. comment, comment == '\t// dogpile: allow constant-token -- ')
  until_holds('a reason is asked for', function()
    return has('suppression-without-reason') and not has('constant-token')
  end)
  substitute('-- ', '-- one writer')
  until_holds('and all is quiet', function()
    return not has('suppression-without-reason') and not has('constant-token')
  end)
  check('nothing was saved', vim.bo[buffer].modified and vim.fn.readfile('lock.go')[found.lnum + 1] ~= comment)

  vim.lsp.stop_client(id)
  until_holds('the server ends', function()
    return vim.lsp.get_client_by_id(id) == nil or vim.lsp.get_client_by_id(id).is_stopped()
  end)
  io.stdout:write('all is well\n')
  vim.cmd('qall!')
end

local ok, why = xpcall(main, debug.traceback)
if not ok then
  fail(why)
end
