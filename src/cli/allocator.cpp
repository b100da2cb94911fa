/// The settings of jemalloc(3), which reads them before main(). Objects of cpprest's JSON are made
/// and freed by the thousand: it needs a quarter less CPU for a restart than glibc's malloc. An
/// arena for each thread would cost memory, and so would pages that are kept for later.
extern "C" const char* const malloc_conf;
extern "C" const char* const malloc_conf = "narenas:1,dirty_decay_ms:0,muzzy_decay_ms:0";
