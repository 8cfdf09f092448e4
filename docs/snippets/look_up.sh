repscope list
repscope show cka
repscope show cka --json
