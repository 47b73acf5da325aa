@producer @cls @site @usage
Feature: Usage rows of license servers
  Every feature of every request leaves a row, by which the producer follows who uses what.

  Background:
    Given a license server with the features:
      | feature | type    | count | line item | product | reusable |
      | f1      |         | 3     | act-1     | Reports |          |
      | m1      | metered | 100   | act-3     | Meters  | false    |

  @CM-USE-001 @WH-USAGE-027
  Scenario: A grant leaves one row
    When host A requests 2 of "f1"
    Then the license rows are:
      | feature | quantity | used | line items | products | status |
      | f1      | 2        | 2    | act-1      | Reports  | NORMAL |

  @WH-USAGE-029
  Scenario: A row tells what is in use of a feature
    When host A requests 2 of "f1"
    And host B requests 1 of "f1"
    Then the license rows are:
      | host | quantity | used |
      | A    | 2        | 2    |
      | B    | 1        | 3    |

  @CM-CNT-004 @CM-USE-001
  Scenario: A row names all line items that have served
    Given a license server with the features:
      | feature | count | line item | product |
      | multi   | 1     | act-1     | One     |
      | multi   | 1     | act-2     | Two     |
    When host A requests 2 of "multi"
    Then the license rows are:
      | feature | line items   | products |
      | multi   | act-1, act-2 | One, Two |

  @CM-USE-002 @inferred
  Scenario: A denied row has the code of the answer
    When host A requests 4 of "f1"
    Then the license rows are:
      | feature | response               |
      | f1      | the code of the answer |

  @CM-USE-002
  Scenario: A granted row has no response
    When host A requests 1 of "f1"
    Then the license rows are:
      | feature | response |
      | f1      |          |

  @WH-USAGE-050
  Scenario: A denied row counts nothing
    When host A requests 4 of "f1"
    Then the license rows are:
      | feature | used | line items | entitled |
      | f1      |      |            |          |

  @CM-USE-003 @clock
  Scenario: A row tells the end of the borrow
    When host A requests 2 of "f1"
    Then the license rows are:
      | feature | until                 |
      | f1      | the end of the answer |

  @CM-MET-003 @WH-USAGE-037 @WH-USAGE-093
  Scenario: A metered row has no end
    When host A requests 10 of "m1" for "0d"
    Then the license rows are:
      | feature | meter type | until | used |
      | m1      | metered    |       | 10   |

  @CM-USE-007 @inferred
  Scenario: A full return leaves a row
    When host A requests 2 of "f1"
    And host A gives everything back
    Then the license rows are:
      | feature | status   |
      | f1      | NORMAL   |
      | f1      | RETURNED |

  @CM-USE-007 @inferred @clock
  Scenario: The end of a borrow leaves a row
    When host A requests 2 of "f1" for "1h"
    And 2 hours pass
    Then the license rows are:
      | feature | status  |
      | f1      | NORMAL  |
      | f1      | EXPIRED |

  @CM-USE-008
  Scenario: The sign of what was returned
    When host A requests 2 of "f1"
    And host A gives everything back
    Then the license server shows its choice of "cmapi.row.returned_quantity"

  @CM-USE-009 @clock
  Scenario: Renewal leaves a row with a later end
    When host A requests 1 of "f1" for "1h"
    And 30 minutes pass
    And host A requests 1 of "f1" for "1h"
    Then the license rows are:
      | feature | used | status |
      | f1      | 1    | NORMAL |
      | f1      | 1    | NORMAL |

  @CM-USE-010
  Scenario: Previews and refused requests leave no rows
    When host A previews 2 of "f1"
    And host A requests 1 of "f1" for "never"
    Then there are no usage rows

  @WH-USAGE-043
  Scenario: A row tells that a part would do
    When host A takes at most 2 of "f1"
    Then the license rows are:
      | feature | partial |
      | f1      | true    |

  @WH-USAGE-044
  Scenario: A row tells that a request was incremental
    When host A adds 2 of "f1"
    Then every usage row holds:
      | column      | value |
      | INCREMENTAL | true  |

  @CM-DIC-001
  Scenario: A row carries the vendor dictionary
    When host A sends the request:
      """
      {"features": [{"name": "f1", "version": "1.0", "count": 1}], "vendorDictionary": {"seat": 7, "unit": ["a", "b"]}}
      """
    Then the license rows are:
      | feature | dictionary                     |
      | f1      | {"seat": 7, "unit": ["a", "b"]} |

  @WH-USAGE-023 @WH-USAGE-026
  Scenario: A row names host, account and instance
    When host A requests 1 of "f1"
    Then the license rows are:
      | host | account | instance |
      | A    | ACME    | this     |

  @WH-USAGE-019
  Scenario: The rows of one request belong together
    When host A requests together:
      | feature | count |
      | f1      | 2     |
      | m1      | 5     |
    Then the license rows belong to 1 request

  @WH-USAGE-041 @WH-USAGE-091
  Scenario: A row counts what was requested
    When host A requests 3 of "f1"
    Then the license rows are:
      | feature | quantity | counted |
      | f1      | 3        | 3       |

  @WH-USAGE-038
  Scenario: What a license server calls its meter
    When host A requests 3 of "f1"
    Then the license server shows its choice of "cmapi.row.meter"

  @CM-USE-004
  Scenario: How the type of a host is written
    When host A requests 3 of "f1"
    Then the license server shows its choice of "cmapi.row.consumer_type"

  @CM-SRV-002
  Scenario: The status of a host that is denied
    When host A requests 4 of "f1"
    Then the license server shows its choice of "cmapi.row.denied_status"

  @WH-USAGE-013 @WH-USAGE-015 @WH-USAGE-090 @WH-USAGE-092 @WH-USAGE-094 @WH-USAGE-095
  Scenario: Rows of all kinds keep the usage rules
    When host A requests together:
      | feature | count |
      | f1      | 2     |
      | m1      | 5     |
    And host B requests 3 of "f1"
    And host A adds 1 of "f1"
    And host A gives everything back
    Then every usage row keeps the usage rules
