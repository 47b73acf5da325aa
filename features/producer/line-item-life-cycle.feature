@producer
Feature: The life of a line item
  Line items are paused, retired and removed in the back office. Whoever is paused comes back; whoever is retired
  does not, and nothing that was paid is lost.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens

  @DM-LINE-011 @DM-LI-A10
  Scenario: A paused line item comes back
    When the line item "ACT01" becomes INACTIVE
    And the line item "ACT01" becomes DEPLOYED
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then the request is granted

  @DM-LINE-010
  Scenario: Leaving OBSOLETE is refused
    When the line item "ACT01" becomes OBSOLETE
    And the line item "ACT01" becomes DEPLOYED
    Then the answer follows the reading "lineitem.leave_obsolete.http"

  @DM-LINE-010 @DM-LI-A11
  Scenario: A retired line item stays retired
    When the line item "ACT01" becomes OBSOLETE
    And the line item "ACT01" becomes DEPLOYED
    And the producer reads the line item "ACT01"
    Then the answer holds:
      | path  | value    |
      | state | OBSOLETE |

  @DM-LINE-009
  Scenario: A line item does not begin its life paused
    When the producer maps the line item:
      """
      {"activationId": "ACT02", "state": "INACTIVE", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {}}
      """
    Then the answer follows the reading "lineitem.created_inactive.http"

  @DM-LINE-033
  Scenario: A retired line item can be removed
    When the line item "ACT01" becomes OBSOLETE
    And the producer deletes the line item "ACT01"
    Then the answer has status 204
    When the producer reads the line item "ACT01"
    Then the answer has status 404
    When the producer lists the line items
    Then the answer holds a list of 0

  @DM-LINE-034
  Scenario: Removing a line item that is still deployed
    When the producer deletes the line item "ACT01"
    Then the answer follows the reading "lineitem.delete_deployed.http"

  @DM-LINE-039
  Scenario: A removed activation ID is mapped again
    When LisaBarry requests 1 of "PhotoPrint" "1.0"
    And the line item "ACT01" becomes OBSOLETE
    And the producer deletes the line item "ACT01"
    And the producer maps the line item:
      """
      {"activationId": "ACT01", "state": "DEPLOYED", "quantity": 10, "start": $DAYS_AGO(30), "end": $IN_DAYS(365),
       "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}}
      """
    Then acceptance follows the reading "lineitem.made_anew"
    And a removed line item has used nothing if it is there again
