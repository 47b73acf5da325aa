@producer
Feature: Line items
  A line item is a quantity of tokens that a customer bought. A producer with a back office of their own maps it to
  the customer's instance, and changes it later without losing what was used.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |

  @task-map @DM-LINE-001 @DM-LINE-031
  Scenario: A mapped line item appears on the instance
    Given an instance of account "GLOBEX"
    When the producer maps the line item:
      """
      {"activationId": "GLX-0001", "state": "DEPLOYED", "quantity": 500, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    And the producer lists the line items
    Then the answer has status 200 (DM-LINE-001)
    And the answer holds:
      | path             | value    |
      | 0/activationId   | GLX-0001 |
      | 0/state          | DEPLOYED |
      | 0/quantity       | 500      |
      | 0/used           | 0        |
      | 0/attributes     | *        |

  @DM-LINE-007
  Scenario: Mapping is confirmed
    Given an instance of account "GLOBEX"
    When the producer maps the line item:
      """
      {"activationId": "GLX-0001", "state": "DEPLOYED", "quantity": 500, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {}}
      """
    Then the answer follows the reading "lineitem.put.http"

  @task-3 @DM-LINE-029
  Scenario: The list shows line items in every state
    Given line items:
      | line item | tokens | state    |
      | ACT01     | 100    | DEPLOYED |
      | ACT02     | 200    | INACTIVE |
      | ACT03     | 300    | OBSOLETE |
    When the producer lists the line items
    Then the answer has status 200
    And the answer holds a list of 3

  @DM-LINE-029
  Scenario: A new instance has no line items
    Given an instance of account "GLOBEX"
    When the producer lists the line items
    Then the answer has status 200
    And the answer holds a list of 0

  @DM-LINE-032
  Scenario: A line item is read by its activation ID
    Given a line item "ACT01" of 1000 tokens
    When the producer reads the line item "ACT01"
    Then the answer has status 200
    And the answer holds:
      | path         | value |
      | activationId | ACT01 |
      | quantity     | 1000  |

  @DM-LINE-032 @DM-LINE-036
  Scenario: An unknown line item is not there
    Given an instance of account "GLOBEX"
    When the producer reads the line item "NONE"
    Then the answer has status 404 (DM-LINE-032)
    When the producer deletes the line item "NONE"
    Then the answer has status 404 (DM-LINE-036)

  @DM-LINE-002
  Scenario: A change replaces all details
    Given line items:
      | line item | tokens | overdraft |
      | ACT01     | 10     | 5         |
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    And the producer reads the line item "ACT01"
    Then the answer holds:
      | path                      | value  |
      | attributes/overdraftLimit | absent |
      | attributes/overdraftType  | absent |

  @DM-LINE-003 @DM-LINE-004
  Scenario: A change keeps what was used
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 2000, "used": 7, "start": $DAYS_AGO(30),
       "end": $IN_DAYS(365), "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    Then "ACT01" has used 30 tokens

  @DM-LINE-028
  Scenario: More tokens count for the next request
    Given a line item "ACT01" of 20 tokens
    When the line item "ACT01" is changed to 40 tokens
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is granted

  @DM-LINE-043 @DM-ACC-012
  Scenario: What was charged shows at once
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 2 of "CADPrint" "2.0"
    Then "ACT01" has used 14 tokens

  @DM-LINE-038
  Scenario: One activation ID on two instances
    Given an instance of account "GLOBEX"
    And a line item "ACT01" of 1000 tokens
    And another instance of account "GLOBEX"
    When the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {}}
      """
    Then the answer follows the reading "lineitem.second_instance.http"

  @DM-LINE-005
  Scenario: What was read can be mapped again with a change
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the producer reads the line item "ACT01"
    And the producer maps the line item as it was read, with 1500 tokens
    And the producer reads the line item "ACT01"
    Then the answer holds:
      | path     | value |
      | quantity | 1500  |
      | used     | 30    |

  @DM-LINE-006
  Scenario: The same line item mapped twice is mapped once
    Given a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the line item "ACT01" is changed to 1000 tokens
    And the producer lists the line items
    Then the answer holds a list of 1
    And the answer holds:
      | path       | value |
      | 0/quantity | 1000  |
      | 0/used     | 30    |

  @DM-LINE-028
  Scenario: Fewer tokens count for the next request
    Given a line item "ACT01" of 40 tokens
    When the line item "ACT01" is changed to 20 tokens
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused
