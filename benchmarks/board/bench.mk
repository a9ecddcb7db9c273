# Builds and times all cases; results go to results.csv, what the machine is to machine.txt.
# `make CC=clang ROUNDS=50 RUN='taskset -c 3'` says which compiler, how many bursts of calls, and
# what to run the programs with. Fails at the end if a case is wrong or cannot run.
# peak_gflops is the best of bursts of multiply-adds between those of the case, error about the
# relative error of the result.
CFLAGS ?= -O2
ROUNDS ?= 20
RUN ?=
COLUMNS := target,kind,name,macs,median_us,min_us,gflops,peak_gflops,share_of_peak,error,result

.PHONY: bench clean
bench: $(CASES:%=bin/%) machine.txt
	@echo $(COLUMNS) | tee results.csv
	@status=0; for case in $(CASES); do \
	  $(RUN) bin/$$case cases/$$case.weights $(ROUNDS) > bin/line || \
	    { echo "$$case: failed" >&2; status=1; }; \
	  tee -a results.csv < bin/line; \
	done; exit $$status

bin/%: cases/%.o cases/%.h cases/%.case.h bench.c target.h peak.o
	@mkdir -p bin
	$(CC) $(CFLAGS) -I. -Icases -DCASE='"$*.case.h"' bench.c $< peak.o -lm -o $@

machine.txt:
	{ uname -srm; $(CC) --version; cat /proc/cpuinfo; } > $@

clean:
	rm -rf bin results.csv machine.txt
